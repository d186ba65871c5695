"""Intervals over people: of the true-accept rate, of both rates at a threshold, of any mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.intervals.draws import people_draws
from facemetric.evaluation.intervals.interval import Interval, percentile_interval
from facemetric.evaluation.intervals.pair_figures import (
    AreaInDraw,
    DPrimeInDraw,
    EqualErrorInDraw,
)
from facemetric.evaluation.intervals.rates import RatesInDraw, TarInDraw
from facemetric.evaluation.intervals.share import nested_intervals, share_interval
from facemetric.evaluation.intervals.subject_pairs import SubjectPairs
from facemetric.types import AnyArray, Float64


def tar_intervals(
    pairs: SubjectPairs,
    fars: Sequence[float],
    *,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> list[Interval]:
    """Return the interval of TAR at each FAR; with many rates, the band of a ROC.

    The threshold is found anew in every draw of people, so that its own uncertainty is in the
    interval.

    Parameters
    ----------
    pairs
        From `pairs_of_list` or `pairs_of_embeddings`.
    fars
        False-accept rates in (0, 1).
    replicates, seed
        Of the bootstrap.
    confidence
        Nominal coverage.

    Raises
    ------
    InputError
        A rate is out of range, or the pairs do not reach it, or the people are too few.
    """
    estimates, table = _tar_table(pairs, fars, replicates=replicates, seed=seed)
    people = len(np.unique(pairs.genuine_person))
    intervals = [
        share_interval(float(estimate), column, confidence, people=people)
        for estimate, column in zip(estimates[0], table[:, 0].T, strict=True)
    ]
    return nested_intervals(fars, intervals)


def threshold_intervals(
    pairs: SubjectPairs,
    fars: Sequence[float],
    *,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> list[Interval]:
    """Return the interval of the threshold at each FAR: how stable it is.

    Parameters and errors as `tar_intervals`.
    """
    estimates, table = _tar_table(pairs, fars, replicates=replicates, seed=seed)
    return [
        percentile_interval(float(estimate), column, confidence)
        for estimate, column in zip(estimates[1], table[:, 1].T, strict=True)
    ]


def _tar_table(
    pairs: SubjectPairs, fars: Sequence[float], *, replicates: int, seed: int
) -> tuple[Float64, Float64]:
    """Return TAR and thresholds of all, ``(2, F)``, and in the draws, ``(replicates, 2, F)``."""
    find = TarInDraw(pairs, fars)
    draws = people_draws(pairs.people, replicates=replicates, seed=seed)
    return np.stack(find(np.ones(pairs.people))), np.stack([find(draw) for draw in draws])


def rate_intervals(
    pairs: SubjectPairs,
    threshold: float,
    *,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[Interval, Interval]:
    """Return the intervals of FAR and of TAR at a threshold fixed beforehand.

    Parameters as `tar_intervals`.

    Raises
    ------
    InputError
        The pairs do not reach down to the threshold, or the people are too few.
    """
    find = RatesInDraw(pairs, threshold)
    estimates = find(np.ones(pairs.people))
    draws = people_draws(pairs.people, replicates=replicates, seed=seed)
    table = np.array([find(draw) for draw in draws])
    several = len(np.unique(pairs.genuine_person))
    return (
        share_interval(
            estimates[0], table[:, 0], confidence, people=pairs.people // 2, paired=True
        ),
        share_interval(estimates[1], table[:, 1], confidence, people=several),
    )


def area_interval(
    pairs: SubjectPairs, *, replicates: int = 1000, confidence: float = 0.95, seed: int = 0
) -> Interval:
    """Return the interval of the area under the curve.

    Parameters as `tar_intervals`.

    Raises
    ------
    InputError
        Impostors that score as high as a genuine pair were left out of ``pairs``, or the people are
        too few.
    """
    estimate, values = _in_draws(pairs, AreaInDraw(pairs), replicates, seed)
    return _share(pairs, estimate, values, confidence)


def equal_error_interval(
    pairs: SubjectPairs, *, replicates: int = 1000, confidence: float = 0.95, seed: int = 0
) -> Interval:
    """Return the interval of the equal error rate, its threshold found anew in every draw.

    Parameters as `tar_intervals`.

    Raises
    ------
    InputError
        The hardest impostors that were kept do not reach the rate, or the people are too few.
    """
    estimate, values = _in_draws(pairs, EqualErrorInDraw(pairs), replicates, seed)
    return _share(pairs, estimate, values, confidence)


def d_prime_interval(
    pairs: SubjectPairs, *, replicates: int = 1000, confidence: float = 0.95, seed: int = 0
) -> Interval:
    """Return the interval of d′.

    Parameters as `tar_intervals`.

    Raises
    ------
    InputError
        Impostors were left out of ``pairs``, or the people are too few.
    """
    estimate, values = _in_draws(pairs, DPrimeInDraw(pairs), replicates, seed)
    return percentile_interval(estimate, values, confidence)


def _in_draws(
    pairs: SubjectPairs, figure: Callable[[Float64], float], replicates: int, seed: int
) -> tuple[float, Float64]:
    draws = people_draws(pairs.people, replicates=replicates, seed=seed)
    values = np.array([figure(draw) for draw in draws])
    return figure(np.ones(pairs.people)), values


def _share(pairs: SubjectPairs, estimate: float, values: Float64, confidence: float) -> Interval:
    percentile_interval(estimate, values, confidence)  # refuses draws that mostly lack a kind
    # So many trials of either kind share no person, at most.
    independent = min(len(np.unique(pairs.genuine_person)), pairs.people // 2)
    return share_interval(estimate, values, confidence, people=independent, paired=True)


def mean_interval(
    values: AnyArray,
    people: AnyArray,
    *,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the interval of a mean over trials: accuracy, rank-1, a false-positive rate.

    Parameters
    ----------
    values
        ``float (T,)`` or ``bool (T,)``: the figure of each trial.
    people
        ``int (T,)`` or ``(T, 2)``: the people in each; a trial of two different people counts as
        often as the product of their draws.
    replicates, confidence, seed
        As `tar_intervals`.

    Raises
    ------
    InputError
        The shapes disagree, a value is not finite, or the people are too few.
    """
    numbers, ends, count = check_trials(values, people)
    draws = people_draws(count, replicates=replicates, seed=seed)
    two_each = bool((ends[:, 0] != ends[:, 1]).any())
    return share_interval(
        float(numbers.mean()),
        means_in_draws(numbers, ends, draws),
        confidence,
        people=count // 2 if two_each else count,
        paired=two_each,
    )


def means_in_draws(values: Float64, ends: NDArray[np.int64], draws: Float64) -> Float64:
    """Return ``float64 (B,)``: the weighted mean in each draw; not a number without trials."""
    same = ends[:, 0] == ends[:, 1]
    means = np.full(len(draws), np.nan)
    for number, draw in enumerate(draws):
        weights = draw[ends[:, 0]] * np.where(same, 1.0, draw[ends[:, 1]])
        total = weights.sum()
        if total:
            means[number] = weights @ values / total
    return means


def check_trials(values: AnyArray, people: AnyArray) -> tuple[Float64, NDArray[np.int64], int]:
    """Return values ``float64 (T,)``, people ``int64 (T, 2)`` from 0, and how many they are.

    Raises
    ------
    InputError
        See `mean_interval`.
    """
    numbers, names = np.asarray(values), np.asarray(people)
    shapes = [(len(numbers),), (len(numbers), 2)] if numbers.ndim == 1 and len(numbers) else []
    if names.shape not in shapes or names.dtype.kind not in "iu":
        raise InputError(
            f"expected (T,) and int (T,) or (T, 2), got {numbers.shape} and "
            f"{names.dtype} {names.shape}",
            item="values, people",
        )
    if not np.isfinite(numbers).all():
        raise InputError("expected finite values", item="values")
    found, number = np.unique(names, return_inverse=True)
    number = number.reshape(len(numbers), -1)
    ends = np.stack([number[:, 0], number[:, -1]], axis=1)
    return numbers.astype(np.float64), ends.astype(np.int64), len(found)
