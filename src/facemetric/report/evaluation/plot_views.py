"""What the curves and histograms show: plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.types import Float64


@dataclass(frozen=True, eq=False, slots=True)
class CurveView:
    """One model's curve, thin enough to be drawn.

    Attributes
    ----------
    name
        The model.
    x
        ``float64 (K,)``, rising: a rate in [0, 1], a rank or a number of distractors.
    y
        ``float64 (K,)``: a rate in [0, 1].
    low, high
        ``float64 (K,)``: the band of ``y``, not a number where there is none.
    supported
        ``bool (K,)``: whether the data supports the point; others are drawn faint.
    """

    name: str
    x: Float64
    y: Float64
    low: Float64
    high: Float64
    supported: NDArray[np.bool_]

    @property
    def supported_from(self) -> float:
        """The smallest ``x`` that the data supports; infinity where it supports none."""
        return float(self.x[self.supported].min(initial=np.inf))


@dataclass(frozen=True, eq=False, slots=True)
class HistogramView:
    """One model's values of same-person and of different-person pairs.

    Attributes
    ----------
    name
        The model.
    edges
        ``float64 (B + 1,)``.
    genuine, impostor
        ``float64 (B,)``: how many values are in each bin.
    marks
        Thresholds: what each is for, and its value.
    """

    name: str
    edges: Float64
    genuine: Float64
    impostor: Float64
    marks: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class FoldsView:
    """One model's accuracy and threshold in each fold.

    Attributes
    ----------
    name
        The model.
    accuracies, thresholds
        ``float64 (F,)``; accuracies in [0, 1].
    """

    name: str
    accuracies: Float64
    thresholds: Float64
