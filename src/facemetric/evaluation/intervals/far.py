"""Intervals of the false-accept rate at fixed thresholds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facemetric.evaluation.intervals.draws import people_draws
from facemetric.evaluation.intervals.interval import Interval
from facemetric.evaluation.intervals.rates import check_reach
from facemetric.evaluation.intervals.share import share_interval
from facemetric.evaluation.intervals.subject_pairs import SubjectPairs
from facemetric.types import Float64

# Of the table of people by people: from that share on it is quicker than the list of hits.
_DENSE = 100
_MOST_PEOPLE = 8000  # whose table takes 512 MB


def far_intervals(
    pairs: SubjectPairs,
    thresholds: Sequence[float],
    *,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> list[Interval]:
    """Return the interval of FAR at each threshold fixed beforehand.

    Where nobody is accepted, half of the people count as so many independent pairs.

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
    everybody = np.ones((1, pairs.people))
    intervals = []
    for threshold in thresholds:
        check_reach(pairs, threshold)
        estimate, rates = (fars_in_draws(pairs, rows, threshold) for rows in (everybody, draws))
        intervals.append(
            share_interval(
                float(estimate[0]), rates, confidence, people=pairs.people // 2, paired=True
            )
        )
    return intervals


def fars_in_draws(pairs: SubjectPairs, draws: Float64, threshold: float) -> Float64:
    """Return ``float64 (B,)``: FAR at ``threshold`` in each of ``draws (B, people)``.

    Exact, and equal to `RatesInDraw` draw by draw. Not a number where a draw holds no impostor
    pair.
    """
    hits = int(np.searchsorted(-pairs.impostors, -threshold, side="right"))
    first, second = pairs.impostor_people[:hits].T
    if hits > pairs.people**2 // _DENSE and pairs.people <= _MOST_PEOPLE:
        # Many hits between the same two: one product with the table of their counts.
        keys = first * pairs.people + second
        table = np.bincount(keys, minlength=pairs.people**2).astype(np.float64)
        products = draws @ table.reshape(pairs.people, pairs.people)
        accepted = np.einsum("bp,bp->b", products, draws)
    else:
        accepted = np.array([draw[first] @ draw[second] for draw in draws])
    totals = np.array([pairs.impostor_total(draw) for draw in draws])
    rates: Float64 = np.divide(accepted, totals, out=np.full(len(draws), np.nan), where=totals > 0)
    return rates
