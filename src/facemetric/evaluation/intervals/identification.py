"""Intervals of identification, over the people who are searched for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.impostors import check_labels
from facemetric.evaluation.intervals.bootstrap import mean_interval
from facemetric.evaluation.intervals.draws import people_draws
from facemetric.evaluation.intervals.interval import Interval, percentile_interval
from facemetric.evaluation.metrics.open_set import dir_at_fpir
from facemetric.evaluation.metrics.searches import Searches
from facemetric.types import AnyArray, Float64


def rank_interval(
    searches: Searches,
    probe_labels: AnyArray,
    k: int = 1,
    *,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the interval of the identification rate at rank ``k``, for this gallery.

    Parameters
    ----------
    searches
        From `search_outcomes`; those without a mate do not count.
    probe_labels
        ``int (Q,)``: the person in each probe.
    k
        Rank.
    replicates, confidence, seed
        See `tar_intervals`. The people of the probes are drawn; the gallery stays as it is.

    Raises
    ------
    InputError
        The shapes disagree, ``k`` is below 1, or fewer than two people have a mate.
    """
    if k < 1:
        raise InputError(f"expected at least 1, got {k}", item="k")
    people = check_labels(probe_labels, len(searches))[searches.mated]
    return mean_interval(
        searches.ranks[searches.mated] <= k,
        people,
        replicates=replicates,
        confidence=confidence,
        seed=seed,
    )


def dir_interval(
    searches: Searches,
    probe_labels: AnyArray,
    fpir: float,
    *,
    rank: int = 1,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the interval of DIR at ``fpir``; that of FNIR is one less its bounds.

    The threshold is found anew in every draw. Parameters and errors as `rank_interval` and
    `dir_at_fpir`.
    """
    estimate = dir_at_fpir(searches, fpir, rank=rank).dir
    people = check_labels(probe_labels, len(searches))
    number = np.unique(people, return_inverse=True)[1]
    order = np.argsort(number, kind="stable")
    count = int(number.max()) + 1
    starts = np.searchsorted(number[order], np.arange(count + 1))
    draws = people_draws(count, replicates=replicates, seed=seed)
    values = [_dir(searches.take(_rows(draw, order, starts)), fpir, rank=rank) for draw in draws]
    return percentile_interval(estimate, np.array(values), confidence)


def _rows(draw: Float64, order: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of the drawn people, each as often as the person was drawn."""
    rows: NDArray[np.int64] = np.repeat(order, np.repeat(draw.astype(np.int64), np.diff(starts)))
    return rows


def _dir(searches: Searches, fpir: float, *, rank: int) -> float:
    if searches.mated.all() or not searches.mated.any():
        return np.nan
    return dir_at_fpir(searches, fpir, rank=rank).dir
