"""Is model A better than model B: both measured in the same draws of people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.intervals.bootstrap import check_trials, means_in_draws
from facemetric.evaluation.intervals.draws import people_draws
from facemetric.evaluation.intervals.interval import Interval, percentile_interval
from facemetric.evaluation.intervals.rates import tar_in_draw
from facemetric.evaluation.intervals.subject_pairs import SubjectPairs
from facemetric.types import AnyArray, Float64


@dataclass(frozen=True, slots=True)
class Comparison:
    """A's figure less B's, over the same people.

    Attributes
    ----------
    first, second
        The figures of A and of B.
    difference
        A less B, with its interval.
    p_value
        Two-sided, of the hypothesis that they do not differ: twice the smaller share of draws in
        which A is not better, or not worse (a draw without difference counts in both); at least
        ``2 / (draws + 1)``, at most 1.
    """

    first: float
    second: float
    difference: Interval
    p_value: float

    @property
    def decided(self) -> bool:
        """Whether the interval of the difference leaves out zero."""
        return self.difference.low > 0 or self.difference.high < 0


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
    return _comparison(
        float(a.mean()), float(b.mean()), means_in_draws(a - b, ends, draws), confidence
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
    if not 0 < far < 1:
        raise InputError(f"expected a rate in (0, 1), got {far}", item="far")
    _check_same(first, second)
    draws = people_draws(first.people, replicates=replicates, seed=seed)
    everyone = np.ones(first.people)
    a, b = (float(tar_in_draw(pairs, everyone, [far])[0]) for pairs in (first, second))
    differences = np.array(
        [(tar_in_draw(first, draw, [far]) - tar_in_draw(second, draw, [far]))[0] for draw in draws]
    )
    return _comparison(a, b, differences, confidence)


def _check_same(first: SubjectPairs, second: SubjectPairs) -> None:
    everyone = np.ones(first.people)
    counts, others = (np.bincount(pairs.genuine_person) for pairs in (first, second))
    if (
        first.people != second.people
        or not np.array_equal(counts, others)
        or first.impostor_total(everyone) != second.impostor_total(everyone)
    ):
        raise InputError("expected both models on the same people and pairs", item="second")


def _comparison(a: float, b: float, differences: Float64, confidence: float) -> Comparison:
    interval = percentile_interval(a - b, differences, confidence)
    numbers = differences[~np.isnan(differences)]
    # One draw of "no difference" is added, so that no finite number of draws claims certainty.
    tails = [(np.sum(numbers <= 0) + 1), (np.sum(numbers >= 0) + 1)]
    return Comparison(a, b, interval, min(1.0, 2 * float(min(tails)) / (len(numbers) + 1)))
