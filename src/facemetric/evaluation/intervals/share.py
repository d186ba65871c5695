"""The interval of a share, also where every draw of people gives the same."""

from __future__ import annotations

import numpy as np

from facemetric.evaluation.intervals.interval import Interval, percentile_interval
from facemetric.evaluation.intervals.wilson import wilson
from facemetric.types import Float64


def share_interval(
    estimate: float, replicates: Float64, confidence: float, *, people: int
) -> Interval:
    """Return the percentile interval, or Wilson's where all trials had one outcome.

    Draws of people who were all right (or all wrong) say nothing of the people who were not asked:
    each person, or each two where a trial has two, then counts as one independent trial.

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
        See `percentile_interval`.
    """
    drawn = percentile_interval(estimate, replicates, confidence)
    numbers = replicates[~np.isnan(replicates)]
    if estimate in (0.0, 1.0) and bool((numbers == estimate).all()):
        trials = max(people, 1)
        return wilson(round(estimate * trials), trials, confidence=confidence)
    return drawn
