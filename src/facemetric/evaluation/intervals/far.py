"""The false-accept rate at fixed thresholds, in every draw of people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facemetric.evaluation.intervals.draws import people_draws
from facemetric.evaluation.intervals.interval import Interval, percentile_interval
from facemetric.evaluation.intervals.rates import check_reach
from facemetric.evaluation.intervals.subject_pairs import SubjectPairs
from facemetric.types import Float64


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
    for threshold in thresholds:
        check_reach(pairs, threshold)
    draws = people_draws(pairs.people, replicates=replicates, seed=seed)
    whole = np.ones((1, pairs.people))
    return [
        percentile_interval(
            float(fars_in_draws(pairs, whole, threshold)[0]),
            fars_in_draws(pairs, draws, threshold),
            confidence,
        )
        for threshold in thresholds
    ]


def fars_in_draws(pairs: SubjectPairs, draws: Float64, threshold: float) -> Float64:
    """Return ``float64 (B,)``: FAR at ``threshold`` in each of ``draws (B, people)``.

    Exact. Pairs of the same two people weigh alike, so that each two are counted once for all
    draws. Not a number where a draw holds no impostor pair.
    """
    hits = pairs.impostor_people[pairs.impostors >= threshold]
    ends = np.sort(hits, axis=1)
    keys, counts = np.unique(ends[:, 0] * pairs.people + ends[:, 1], return_counts=True)
    first, second = np.divmod(keys, pairs.people)
    accepted = np.array([counts @ (draw[first] * draw[second]) for draw in draws])
    totals = np.array([pairs.impostor_total(draw) for draw in draws])
    return np.divide(accepted, totals, out=np.full(len(draws), np.nan), where=totals > 0)
