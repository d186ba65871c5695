"""Intervals of identification, over the people who are searched for."""

from __future__ import annotations

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.impostors import check_labels
from facemetric.evaluation.intervals.bootstrap import mean_interval
from facemetric.evaluation.intervals.comparison import Comparison, compare_in_draws
from facemetric.evaluation.intervals.dir_in_draw import DirInDraw
from facemetric.evaluation.intervals.draws import people_draws
from facemetric.evaluation.intervals.interval import Interval
from facemetric.evaluation.intervals.paired import compare_means
from facemetric.evaluation.intervals.share import share_interval
from facemetric.evaluation.metrics.open_set import dir_at_fpir
from facemetric.evaluation.metrics.searches import Searches
from facemetric.types import AnyArray


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
    find = DirInDraw(searches, probe_labels, fpir, rank=rank)
    estimate = dir_at_fpir(searches, fpir, rank=rank).dir
    draws = people_draws(find.people, replicates=replicates, seed=seed)
    mated = len(np.unique(np.asarray(probe_labels)[searches.mated]))
    found = np.array([find(draw) for draw in draws])
    return share_interval(estimate, found, confidence, people=mated)


def compare_rank(
    first: Searches,
    second: Searches,
    probe_labels: AnyArray,
    k: int = 1,
    *,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Comparison:
    """Compare two models' identification rates at rank ``k`` over the same probes and gallery.

    Parameters and errors as `rank_interval`; InputError too where the probes differ.
    """
    _check_same(first, second)
    if k < 1:
        raise InputError(f"expected at least 1, got {k}", item="k")
    one, other = (model.ranks[model.mated] <= k for model in (first, second))
    people = check_labels(probe_labels, len(first))[first.mated]
    return compare_means(
        one, other, people, replicates=replicates, confidence=confidence, seed=seed
    )


def compare_dir(
    first: Searches,
    second: Searches,
    probe_labels: AnyArray,
    fpir: float,
    *,
    rank: int = 1,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Comparison:
    """Compare two models' DIR at one FPIR over the same probes and gallery; each has its threshold.

    Parameters and errors as `dir_interval`; InputError too where the probes differ.
    """
    _check_same(first, second)
    one, other = (DirInDraw(model, probe_labels, fpir, rank=rank) for model in (first, second))
    return compare_in_draws(
        one,
        other,
        people=one.people,
        replicates=replicates,
        confidence=confidence,
        seed=seed,
    )


def _check_same(first: Searches, second: Searches) -> None:
    if not np.array_equal(first.mated, second.mated):
        raise InputError("expected both models on the same probes and gallery", item="second")
