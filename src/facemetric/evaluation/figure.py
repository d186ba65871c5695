"""A measured figure with what it is known to, and a curve of such."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.intervals import Interval
from facemetric.types import Float64

Unit = Literal["share", "number", "degrees"]
CurveKind = Literal["roc", "cmc", "dir", "distractors"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as it is printed, written and compared.

    Attributes
    ----------
    name
        What it is: ``"accuracy"``, ``"TAR at FAR 0.001"``.
    value
        ``None`` where the data gives only a bound, ``at_most``.
    interval
        Of the value; ``None`` where it has none.
    deviation
        Over folds or splits, with one less than their number in the denominator.
    standard_error
        Of the mean over folds or splits: what papers print behind ±.
    at_most
        Upper bound where the data does not support the figure: the upper end of the interval at
        the strictest rate that it does support.
    unit
        ``"share"`` is in [0, 1] and printed in percent.
    note
        What a reader must know: why only a bound, what was extrapolated.
    """

    name: str
    value: float | None
    interval: Interval | None = None
    deviation: float | None = None
    standard_error: float | None = None
    at_most: float | None = None
    unit: Unit = "share"
    note: str = ""

    def text(self) -> str:
        """Return the figure for people: ``99.38 % [99.05, 99.61]``."""
        if self.value is None:
            return "no figure" if self.at_most is None else f"at most {self._number(self.at_most)}"
        text = self._number(self.value)
        if self.standard_error is not None:
            text += f" ± {self._number(self.standard_error).removesuffix(' %')}"
        if self.interval is not None:
            low, high = (self._number(end) for end in (self.interval.low, self.interval.high))
            text += f" [{low.removesuffix(' %')}, {high.removesuffix(' %')}]"
        return text

    def _number(self, value: float) -> str:
        if self.unit == "share":
            return f"{100 * value:.2f} %"
        return f"{value:.1f}°" if self.unit == "degrees" else f"{value:.4f}"


@dataclass(frozen=True, eq=False, slots=True)
class Curve:
    """A curve with its band, thin enough to be drawn.

    Attributes
    ----------
    kind
        ``"roc"``: TAR against FAR; ``"cmc"``: identification rate against rank; ``"dir"``: DIR
        against FPIR; ``"distractors"``: rank-1 rate against the number of distractors.
    x, y
        ``float64 (K,)``, ``x`` rising.
    low, high
        ``float64 (K,)``: the band; NaN where there is none.
    supported
        ``bool (K,)``: whether the data supports the point.
    """

    kind: CurveKind
    x: Float64
    y: Float64
    low: Float64
    high: Float64
    supported: NDArray[np.bool_]
