"""Bounds of independent trials against scipy, and how often they hold."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from facemetric.errors import InputError
from facemetric.evaluation.intervals import upper_bound, wilson

COUNTS = [(0, 1), (1, 1), (0, 50), (3, 50), (50, 50), (7, 3000), (2999, 3000)]


@pytest.mark.parametrize(("successes", "trials"), COUNTS)
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_scipys_bounds(successes: int, trials: int, confidence: float) -> None:
    mine = wilson(successes, trials, confidence=confidence)
    wanted = binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    assert (mine.low, mine.high) == pytest.approx((wanted.low, wanted.high), abs=1e-12)
    assert mine.estimate == successes / trials
    assert 0 <= mine.low <= mine.estimate <= mine.high <= 1
    exact = binomtest(successes, trials, alternative="less").proportion_ci(confidence).high
    assert upper_bound(successes, trials, confidence=confidence) == pytest.approx(exact, rel=1e-9)


def test_rule_of_three_and_many_trials() -> None:
    assert upper_bound(0, 100_000) == pytest.approx(3 / 100_000, rel=0.002)
    bound = upper_bound(5_000, 100_000_000)
    assert binom.cdf(5_000, 100_000_000, bound) == pytest.approx(0.05, rel=1e-3)


@pytest.mark.parametrize("rate", [0.02, 0.3, 0.9])
def test_coverage_summed_over_all_outcomes(rate: float) -> None:
    trials = 200
    chance = binom.pmf(np.arange(trials + 1), trials, rate)
    intervals = [wilson(hits, trials) for hits in range(trials + 1)]
    held = [interval.low <= rate <= interval.high for interval in intervals]
    assert 0.93 <= chance @ held <= 0.97
    below = [rate <= upper_bound(hits, trials) for hits in range(trials + 1)]
    assert chance @ below >= 0.95


def test_wrong_counts() -> None:
    for function in (wilson, upper_bound):
        for successes, trials in ((0, 0), (-1, 5), (6, 5)):
            with pytest.raises(InputError, match="successes, trials"):
                function(successes, trials)
        with pytest.raises(InputError, match="a confidence in"):
            function(1, 2, confidence=1.0)
