"""What every part of an evaluation has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from facemetric.evaluation.figure import Curve, Figure
from facemetric.evaluation.metrics import KFold
from facemetric.wire import CurveOut, FigureOut, FoldOut, IntervalOut, PartKind, PartOut

_SINGULAR = {"people": "person", "galleries": "gallery"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Part:
    """Figures of one kind: of a list of pairs, of searches, of groups.

    Attributes
    ----------
    kind
        Which figures these are; a subclass has its own.
    name
        Which part of the protocol: ``"pairs"``, ``"FP"``, ``"1:N, gallery 1"``.
    figures
        In the order in which they are printed; the first is the headline.
    counts
        What was compared: ``{"genuine pairs": 3000, …}``.
    curves
        To be drawn.
    folds
        Accuracy and threshold of each fold; ``None`` without folds.
    notes
        Rules that a reader must know.
    """

    kind: PartKind
    name: str
    figures: tuple[Figure, ...]
    counts: Mapping[str, int]
    curves: tuple[Curve, ...] = ()
    folds: KFold | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def compared(self) -> str:
        """What was compared, in words: ``"3,000 genuine pairs, 1 person"``."""
        return ", ".join(
            f"{n:,} {what if n != 1 else _one(what)}" for what, n in self.counts.items()
        )

    def figure(self, name: str) -> Figure:
        """Return the figure of this name; KeyError where there is none."""
        for figure in self.figures:
            if figure.name == name:
                return figure
        raise KeyError(f"{name!r}; there are {[figure.name for figure in self.figures]}")

    def to_wire(self) -> PartOut:
        """Return the part as it is written to JSON."""
        folds = self.folds
        return PartOut(
            kind=self.kind,
            name=self.name,
            counts=dict(self.counts),
            figures=tuple(map(_figure, self.figures)),
            folds=()
            if folds is None
            else tuple(
                FoldOut(fold=number, accuracy=float(accuracy), threshold=float(threshold))
                for number, (accuracy, threshold) in enumerate(
                    zip(folds.accuracies, folds.thresholds, strict=True), start=1
                )
            ),
            curves=tuple(map(_curve, self.curves)),
            notes=self.notes,
        )


def _one(what: str) -> str:
    """Return the singular of a count's name: ``"pairs with a face"`` is ``"pair with a face"``."""
    words = what.split()
    for place, word in enumerate(words):
        single = _SINGULAR.get(word, word.removesuffix("s"))
        if single != word:
            return " ".join([*words[:place], single, *words[place + 1 :]])
    return what


def _figure(figure: Figure) -> FigureOut:
    return FigureOut(
        name=figure.name,
        unit=figure.unit,
        value=figure.value,
        interval=None
        if figure.interval is None
        else IntervalOut(
            low=figure.interval.low,
            high=figure.interval.high,
            confidence=figure.interval.confidence,
            method=figure.interval.method,
        ),
        deviation=figure.deviation,
        standard_error=figure.standard_error,
        at_most=figure.at_most,
        note=figure.note,
    )


def _curve(curve: Curve) -> CurveOut:
    return CurveOut(
        kind=curve.kind,
        x=tuple(curve.x.tolist()),
        y=tuple(curve.y.tolist()),
        low=tuple(curve.low.tolist()),
        high=tuple(curve.high.tolist()),
        supported=tuple(curve.supported.tolist()),
    )
