"""Is model A better than model B: both measured in the same draws of people."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.intervals.bootstrap import check_trials, means_in_draws
from facemetric.evaluation.intervals.comparison import Comparison, compare_in_draws, comparison
from facemetric.evaluation.intervals.draws import people_draws
from facemetric.evaluation.intervals.pair_figures import (
    AreaInDraw,
    DPrimeInDraw,
    EqualErrorInDraw,
)
from facemetric.evaluation.intervals.rates import TarInDraw
from facemetric.evaluation.intervals.subject_pairs import SubjectPairs
from facemetric.types import AnyArray, Float64


def compare_means(
    first: AnyArray,
    second: AnyArray,
    people: AnyArray,
    *,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Comparison:
    """Compare two models' means over the same trials; see `mean_interval` for the parameters.

    For k-fold accuracy, the values are whether each pair was decided rightly.

    Raises
    ------
    InputError
        See `mean_interval`; or the models have different numbers of trials.
    """
    a, ends, count = check_trials(first, people)
    b, _, _ = check_trials(second, people)
    draws = people_draws(count, replicates=replicates, seed=seed)
    unlike = ends[a != b]
    return comparison(
        float(a.mean()),
        float(b.mean()),
        means_in_draws(a - b, ends, draws),
        confidence,
        differing=min(len(unlike), len(np.unique(unlike))),
    )


def compare_tar(
    first: SubjectPairs,
    second: SubjectPairs,
    far: float,
    *,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Comparison:
    """Compare two models' TAR at one FAR over the same people; each has its own threshold.

    Raises
    ------
    InputError
        See `tar_intervals`; or the models were not measured on the same people and pairs.
    """

    def figure(pairs: SubjectPairs) -> Callable[[Float64], float]:
        find = TarInDraw(pairs, [far])
        return lambda draw: float(find(draw)[0][0])

    def accepted(pairs: SubjectPairs) -> NDArray[np.int64]:
        """Return ``int64 (people,)``: how many pairs of each are accepted."""
        (threshold,) = TarInDraw(pairs, [far])(np.ones(pairs.people))[1]
        return np.bincount(pairs.genuine_person[pairs.genuine >= threshold], minlength=pairs.people)

    _check_same(first, second)
    differing = int((accepted(first) != accepted(second)).sum())
    return _compare(first, second, figure, replicates, confidence, seed, differing=differing)


def compare_area(
    first: SubjectPairs,
    second: SubjectPairs,
    *,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Comparison:
    """Compare two models' areas under the curve over the same people.

    Raises
    ------
    InputError
        See `area_interval`; or the models were not measured on the same people and pairs.
    """
    return _compare(first, second, AreaInDraw, replicates, confidence, seed)


def compare_equal_error(
    first: SubjectPairs,
    second: SubjectPairs,
    *,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Comparison:
    """Compare two models' equal error rates over the same people: below 0, the first is better.

    Raises
    ------
    InputError
        See `equal_error_interval`; or the models were not measured on the same people and pairs.
    """
    return _compare(first, second, EqualErrorInDraw, replicates, confidence, seed)


def compare_d_prime(
    first: SubjectPairs,
    second: SubjectPairs,
    *,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Comparison:
    """Compare two models' d′ over the same people.

    Raises
    ------
    InputError
        See `d_prime_interval`; or the models were not measured on the same people and pairs.
    """
    return _compare(first, second, DPrimeInDraw, replicates, confidence, seed)


def _compare(
    first: SubjectPairs,
    second: SubjectPairs,
    figure: Callable[[SubjectPairs], Callable[[Float64], float]],
    replicates: int,
    confidence: float,
    seed: int,
    *,
    differing: int | None = None,
) -> Comparison:
    _check_same(first, second)
    return compare_in_draws(
        figure(first),
        figure(second),
        people=first.people,
        replicates=replicates,
        confidence=confidence,
        seed=seed,
        differing=differing,
    )


def _check_same(first: SubjectPairs, second: SubjectPairs) -> None:
    everyone = np.ones(first.people)
    counts, others = (np.bincount(pairs.genuine_person) for pairs in (first, second))
    if (
        first.people != second.people
        or not np.array_equal(counts, others)
        or first.impostor_total(everyone) != second.impostor_total(everyone)
    ):
        raise InputError("expected both models on the same people and pairs", item="second")
