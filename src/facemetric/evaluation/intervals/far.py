"""Intervals of the false-accept rate at fixed thresholds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facemetric.evaluation.intervals.draws import people_draws
from facemetric.evaluation.intervals.interval import Interval, percentile_interval
from facemetric.evaluation.intervals.rates import RatesInDraw
from facemetric.evaluation.intervals.subject_pairs import SubjectPairs


def far_intervals(
    pairs: SubjectPairs,
    thresholds: Sequence[float],
    *,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> list[Interval]:
    """Return the interval of FAR at each threshold fixed beforehand.

    Parameters
    ----------
    pairs
        From `pairs_of_list` or `pairs_of_embeddings`; the impostors must reach the lowest
        threshold.
    thresholds
        Cosines.
    replicates, seed
        Of the bootstrap.
    confidence
        Nominal coverage.

    Raises
    ------
    InputError
        The pairs do not reach down to a threshold, or the people are too few.
    """
    draws = people_draws(pairs.people, replicates=replicates, seed=seed)
    intervals = []
    for threshold in thresholds:
        find = RatesInDraw(pairs, threshold)
        rates = np.array([find(draw)[0] for draw in draws])
        estimate = find(np.ones(pairs.people))[0]
        intervals.append(percentile_interval(estimate, rates, confidence))
    return intervals
