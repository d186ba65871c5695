"""The interval of a share, also where every draw of people gives the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from facemetric.evaluation.intervals.interval import (
    Interval,
    enough_draws,
    percentile_interval,
)
from facemetric.evaluation.intervals.wilson import wilson
from facemetric.types import Float64

_ROUNDING = 1e-12  # of figures that are sums of many shares


def share_interval(
    estimate: float, replicates: Float64, confidence: float, *, people: int, paired: bool = False
) -> Interval:
    """Return the percentile interval, or Wilson's where the draws say too little.

    Draws of people who were all right (or all wrong) say nothing of the people who were not asked,
    and where most draws have no trials the others are no sample: each person, or each two where a
    trial has two, then counts as one independent trial. Where percentiles reach 0 or 1, fewer than
    four people were wrong (or right): the interval is then widened to Wilson's, since so few say
    hardly more than none.

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
    paired
        Whether a trial has two people. There are then so many more trials than people that a few
        wrong ones say much more than none, and the percentiles stay.

    Raises
    ------
    InputError
        The confidence is out of range.
    """
    numbers = replicates[~np.isnan(replicates)]
    end = float(round(estimate))
    one_outcome = bool((np.abs(np.append(numbers, estimate) - end) <= _ROUNDING).all())
    trials = max(people, 1)
    # An adjusted Rand index may be below 0.
    counted = wilson(round(max(estimate, 0.0) * trials), trials, confidence=confidence)
    if one_outcome or not enough_draws(replicates):
        return replace(counted, estimate=estimate)
    found = percentile_interval(estimate, replicates, confidence)
    if paired or (found.low > _ROUNDING and found.high < 1 - _ROUNDING):
        return found
    return replace(found, low=min(found.low, counted.low), high=max(found.high, counted.high))


def nested_intervals(rates: Sequence[float], intervals: Sequence[Interval]) -> list[Interval]:
    """Return intervals of shares that rise with ``rates``, bounds that contradict it widened.

    What is accepted at a strict rate is accepted at a looser one: a share cannot be known to be
    higher at the strict one. Percentiles of the same draws agree with that by themselves, counted
    people need not.
    """
    order = np.argsort(rates, kind="stable")
    low = np.array([intervals[place].low for place in order])
    high = np.array([intervals[place].high for place in order])
    low = np.minimum.accumulate(low[::-1])[::-1]
    high = np.maximum.accumulate(high)
    found = list(intervals)
    for place, lowest, highest in zip(order, low, high, strict=True):
        found[place] = replace(found[place], low=float(lowest), high=float(highest))
    return found
