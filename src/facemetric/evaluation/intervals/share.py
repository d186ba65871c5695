"""The interval of a share, also where every draw of people gives the same."""

from __future__ import annotations

import numpy as np

from facemetric.evaluation.intervals.interval import (
    Interval,
    enough_draws,
    percentile_interval,
)
from facemetric.evaluation.intervals.wilson import wilson
from facemetric.types import Float64


def share_interval(
    estimate: float, replicates: Float64, confidence: float, *, people: int
) -> Interval:
    """Return the percentile interval, or Wilson's where the draws say too little.

    Draws of people who were all right (or all wrong) say nothing of the people who were not asked,
    and where most draws have no trials the others are no sample: each person, or each two where a
    trial has two, then counts as one independent trial.

    Parameters
    ----------
    estimate
        In [0, 1].
    replicates
        ``float64 (B,)``: the share in each draw, not a number where a draw has no trials.
    confidence
        Nominal coverage.
    people
        Independent trials: people, or half of them.

    Raises
    ------
    InputError
        The confidence is out of range.
    """
    numbers = replicates[~np.isnan(replicates)]
    one_outcome = estimate in (0.0, 1.0) and bool((numbers == estimate).all())
    if one_outcome or not enough_draws(replicates):
        trials = max(people, 1)
        return wilson(round(estimate * trials), trials, confidence=confidence)
    return percentile_interval(estimate, replicates, confidence)
