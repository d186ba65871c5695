import numpy as np
import pytest
from scipy.stats import binomtest

from facemetric.evaluation.intervals import mean_interval, tar_intervals
from facemetric.evaluation.intervals.share import share_interval
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
