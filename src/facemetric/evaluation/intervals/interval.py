"""An estimate with the bounds it is known to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from facemetric.errors import InputError
from facemetric.types import Float64


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its confidence interval.

    Attributes
    ----------
    estimate
        From all the data.
    low, high
        Bounds.
    confidence
        Nominal coverage, in (0, 1).
    method
        How the bounds were made: ``"wilson"`` or ``"people bootstrap"``.
    """

    estimate: float
    low: float
    high: float
    confidence: float
    method: str


def check_confidence(confidence: float) -> None:
    """InputError where ``confidence`` is not in (0, 1)."""
    if not 0 < confidence < 1:
        raise InputError(f"expected a confidence in (0, 1), got {confidence}", item="confidence")


def two_sided_deviate(confidence: float) -> float:
    """Return the normal quantile that leaves half of ``1 - confidence`` above: 1.96 for 0.95."""
    check_confidence(confidence)
    return NormalDist().inv_cdf((1 + confidence) / 2)


def percentile_interval(estimate: float, replicates: Float64, confidence: float) -> Interval:
    """Return the percentile interval of bootstrap ``replicates (B,)``; those not a number are out.

    Efron, Tibshirani, "An introduction to the bootstrap", 1993, chapter 13.

    Raises
    ------
    InputError
        The confidence is out of range, or fewer than half of the replicates are numbers.
    """
    check_confidence(confidence)
    numbers = replicates[~np.isnan(replicates)]
    if not enough_draws(replicates):
        raise InputError(
            f"only {len(numbers)} of {len(replicates)} bootstrap draws have both kinds of trials",
            item="people",
            fix="Take more people",
        )
    tail = 50 * (1 - confidence)
    low, high = np.percentile(numbers, [tail, 100 - tail])
    return Interval(estimate, float(low), float(high), confidence, "people bootstrap")


def enough_draws(replicates: Float64) -> bool:
    """Return whether at least half of bootstrap ``replicates (B,)`` are numbers."""
    return int((~np.isnan(replicates)).sum()) >= max(1, math.ceil(len(replicates) / 2))
