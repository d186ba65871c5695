import numpy as np
import pytest
from scipy.stats import binomtest

from facemetric.evaluation.intervals import (
    area_interval,
    clustering_intervals,
    equal_error_interval,
    far_intervals,
    mean_interval,
    tar_intervals,
    wilson,
)
from facemetric.evaluation.intervals.interval import Interval
from facemetric.evaluation.intervals.share import nested_intervals, share_interval
from facemetric.evaluation.intervals.subject_pairs import pairs_of_list


def test_draws_that_differ_give_their_percentiles() -> None:
    replicates = np.linspace(0.9, 1.0, 1001)
    found = share_interval(1.0, replicates, 0.95, people=10)
    assert (found.low, found.high) == pytest.approx((0.9025, 0.9975))
    assert found.method == "people bootstrap"


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_draws_all_alike_count_the_people(outcome: float) -> None:
    replicates = np.array([outcome, np.nan, outcome])
    found = share_interval(outcome, replicates, 0.95, people=7)
    oracle = binomtest(round(7 * outcome), 7).proportion_ci(0.95, method="wilson")
    assert (found.low, found.high) == pytest.approx((oracle.low, oracle.high), abs=1e-12)
    assert found.method == "wilson"


def test_all_alike_between_the_ends_is_no_count() -> None:
    assert share_interval(0.5, np.full(9, 0.5), 0.95, people=7).low == 0.5


def test_means_of_pairs_count_half_of_the_people() -> None:
    alone = mean_interval(np.ones(6), np.arange(6), replicates=100)
    paired = mean_interval(np.ones(3), np.arange(6).reshape(3, 2), replicates=100)
    assert alone.low == pytest.approx(binomtest(6, 6).proportion_ci(method="wilson").low)
    assert paired.low == pytest.approx(binomtest(3, 3).proportion_ci(method="wilson").low)


def test_tar_counts_people_with_two_photographs() -> None:
    people = np.array([[0, 0], [0, 0], [1, 1], [0, 1], [0, 2], [1, 2]])
    same = people[:, 0] == people[:, 1]
    pairs = pairs_of_list(np.where(same, 0.9, 0.1), same, people)
    (found,) = tar_intervals(pairs, [0.1], replicates=100)
    assert found.low == pytest.approx(binomtest(2, 2).proportion_ci(method="wilson").low)


def test_one_wrong_person_says_no_more_than_none() -> None:
    right = np.ones(50)
    none = mean_interval(right, np.arange(50), replicates=400)
    right[0] = 0
    one = mean_interval(right, np.arange(50), replicates=400)
    assert one.high == 1.0
    assert one.low <= binomtest(49, 50).proportion_ci(method="wilson").low + 1e-12 < none.low


def test_few_accepted_pairs_keep_their_percentiles() -> None:
    replicates = np.array([0.0, 1e-6, 2e-6] * 20)
    found = share_interval(1e-6, replicates, 0.95, people=50, paired=True)
    assert (found.low, found.high) == (0.0, 2e-6)


def test_intervals_of_rates_are_nested() -> None:
    loose = Interval(1.0, 0.9, 1.0, 0.95, "wilson")
    strict = Interval(0.99, 0.95, 0.995, 0.95, "people bootstrap")
    found = nested_intervals([1e-1, 1e-2], [loose, strict])
    assert [(one.low, one.high) for one in found] == [(0.9, 1.0), (0.9, 0.995)]
    assert nested_intervals([1e-2, 1e-1], [strict, loose]) == found[::-1]


def test_nobody_accepted_is_no_certainty() -> None:
    people = np.array([[0, 0], [1, 1], [0, 1], [0, 2], [1, 2], [2, 3]])
    same = people[:, 0] == people[:, 1]
    pairs = pairs_of_list(np.where(same, 0.9, 0.1), same, people)
    (found,) = far_intervals(pairs, [0.5], replicates=50)
    assert (found.estimate, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(binomtest(0, 2).proportion_ci(method="wilson").high)
    assert area_interval(pairs, replicates=50).low < 1
    assert equal_error_interval(pairs, replicates=50).high > 0


def test_a_perfect_clustering_is_no_certainty() -> None:
    people = np.repeat(np.arange(6), 2)
    found = clustering_intervals(people, people, replicates=50)
    oracle = binomtest(6, 6).proportion_ci(method="wilson").low
    assert found.bcubed_f.low == found.adjusted_rand_index.low == pytest.approx(oracle)


def test_a_figure_below_zero_counts_as_none_right() -> None:
    found = share_interval(-0.4, np.linspace(-0.5, -0.3, 9), 0.95, people=10)
    assert found.low < -0.49 and found.high == wilson(0, 10).high
