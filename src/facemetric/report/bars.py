"""Histograms as drawings of a page: bars, a few labels, nothing fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from facemetric.errors import InputError
from facemetric.report.html import Html, element

_WIDTH, _HEIGHT, _FOOT, _GAP = 320.0, 120.0, 18.0, 1.0


@dataclass(frozen=True, slots=True)
class Bars:
    """One histogram.

    Attributes
    ----------
    title, note
        Above and below the drawing.
    labels
        A text for each bar: shown at the first, the middle and the last one, or all if they fit.
    counts
        How many, for each bar.
    """

    title: str
    labels: tuple[str, ...]
    counts: tuple[int, ...]
    note: str = ""

    def __post_init__(self) -> None:
        if not self.counts or len(self.labels) != len(self.counts) or min(self.counts) < 0:
            raise InputError(
                f"expected a label for each of {len(self.counts)} counts, got {len(self.labels)}",
                item=self.title,
            )


def bars(view: Bars) -> Html:
    """Return the drawing of one histogram."""
    count, most = len(view.counts), max(max(view.counts), 1)
    step = _WIDTH / count
    rects = [
        element(
            "rect",
            x=f"{place * step + _GAP / 2:.2f}",
            y=f"{_HEIGHT * (1 - number / most):.2f}",
            width=f"{step - _GAP:.2f}",
            height=f"{_HEIGHT * number / most:.2f}",
        )
        for place, number in enumerate(view.counts)
    ]
    texts = [
        element(
            "text",
            view.labels[place],
            x=f"{(place + 0.5) * step:.1f}",
            y=f"{_HEIGHT + _FOOT - 4:.0f}",
            text_anchor="start" if place == 0 else "end" if place == count - 1 else "middle",
        )
        for place in _labelled(view.labels)
    ]
    said = ", ".join(
        f"{label}: {number:,}" for label, number in zip(view.labels, view.counts, strict=True)
    )
    drawing = element(
        "svg",
        *rects,
        *texts,
        viewBox=f"0 0 {_WIDTH:g} {_HEIGHT + _FOOT:g}",
        role="img",
        aria_label=f"{view.title}: {said}",
        class_="bars",
    )
    return element(
        "figure",
        element("figcaption", view.title),
        drawing,
        element("p", view.note, class_="note") if view.note else None,
        class_="plot",
    )


def _labelled(labels: Sequence[str]) -> list[int]:
    """Return which bars get their label: all where they fit."""
    if sum(len(label) + 2 for label in labels) * 6 <= _WIDTH:
        return list(range(len(labels)))
    return sorted({0, len(labels) // 2, len(labels) - 1})
