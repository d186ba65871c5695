"""Comparisons of two models: against the formula by hand, and how often they err."""

import numpy as np
import pytest
from scipy.stats import binomtest

from facemetric.errors import InputError
from facemetric.evaluation.intervals import (
    area_interval,
    compare_area,
    compare_d_prime,
    compare_equal_error,
    compare_means,
    compare_tar,
    d_prime_interval,
    equal_error_interval,
    mean_interval,
    pairs_of_embeddings,
    pairs_of_list,
    people_draws,
)
from facemetric.evaluation.intervals.pair_figures import (
    AreaInDraw,
    DPrimeInDraw,
    EqualErrorInDraw,
)
from facemetric.evaluation.metrics import tar_at_far


def embeddings(noise: float, *, seed: int = 0, people: int = 40) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(people), 4)
    centres, rest = random.normal(size=(people, 16)), random.normal(size=(len(labels), 16))
    vectors = centres[labels] + noise * rest
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), labels


def test_means_by_hand() -> None:
    random = np.random.default_rng(1)
    a, b = random.random(80) < 0.9, random.random(80) < 0.7
    people = np.repeat(np.arange(20), 4)
    found = compare_means(a, b, people, replicates=99, seed=4)
    differences = []
    for draw in people_draws(20, replicates=99, seed=4):
        rows = np.concatenate(
            [np.flatnonzero(people == p) for p in np.repeat(range(20), draw.astype(int))]
        )
        differences.append(a[rows].mean() - b[rows].mean())
    low, high = np.percentile(differences, [2.5, 97.5])
    assert (found.difference.low, found.difference.high) == pytest.approx((low, high))
    assert (found.first, found.second) == pytest.approx((a.mean(), b.mean()))
    assert found.difference.estimate == pytest.approx(a.mean() - b.mean())
    assert found.p_value == pytest.approx(2 * (1 + sum(d <= 1e-12 for d in differences)) / 100)


def test_pairing_sees_what_separate_intervals_do_not() -> None:
    """A wins on the few trials that differ; hard people are hard for both."""
    people = np.arange(300)
    second = people % 5 != 0
    first = second | (people % 30 == 0)
    found = compare_means(first, second, people)
    assert found.decided
    assert found.p_value < 0.02
    alone = [mean_interval(values, people) for values in (first, second)]
    assert alone[1].high > alone[0].low


def test_the_same_model_is_not_better() -> None:
    values = np.random.default_rng(2).random(50)
    found = compare_means(values, values, np.arange(50), replicates=50)
    assert (found.difference.estimate, found.p_value, found.decided) == (0, 1, False)
    pairs = pairs_of_embeddings(*embeddings(0.5))
    assert compare_tar(pairs, pairs, 0.1, replicates=20).p_value == 1


@pytest.mark.parametrize(
    ("compare", "figure", "interval", "better"),
    [
        (compare_area, AreaInDraw, area_interval, 1),
        (compare_equal_error, EqualErrorInDraw, equal_error_interval, -1),
        (compare_d_prime, DPrimeInDraw, d_prime_interval, 1),
    ],
)
def test_figures_over_all_thresholds(compare, figure, interval, better: int) -> None:
    good, bad = (pairs_of_embeddings(*embeddings(noise)) for noise in (0.5, 1.2))
    found = compare(good, bad, replicates=60, seed=2)
    draws = people_draws(40, replicates=60, seed=2)
    one, other = figure(good), figure(bad)
    low, high = np.percentile([one(draw) - other(draw) for draw in draws], [2.5, 97.5])
    assert (found.difference.low, found.difference.high) == pytest.approx((low, high))
    assert found.first == interval(good, replicates=2).estimate
    assert found.decided
    assert found.difference.estimate * better > 0
    assert compare(good, good, replicates=20).p_value == 1


def test_a_better_model_is_found() -> None:
    good, bad = (pairs_of_embeddings(*embeddings(noise)) for noise in (0.5, 1.2))
    found = compare_tar(good, bad, 0.05, replicates=200)
    assert found.decided
    assert found.difference.low > 0
    assert found.p_value == pytest.approx(2 / 201)
    for pairs, value in ((good, found.first), (bad, found.second)):
        scores = np.concatenate([pairs.genuine, pairs.impostors])
        same = np.arange(len(scores)) < len(pairs.genuine)
        assert value == tar_at_far(scores, same, 0.05).tar
    back = compare_tar(bad, good, 0.05, replicates=200)
    assert back.difference.low == pytest.approx(-found.difference.high)


def test_equal_models_are_seldom_told_apart() -> None:
    random = np.random.default_rng(3)
    people = np.repeat(np.arange(60), 3)
    wrong = 0
    for seed in range(150):
        a, b = (random.random(180) < random.beta(4, 1, 60)[people] for _ in range(2))
        wrong += compare_means(a, b, people, replicates=150, seed=seed).decided
    assert wrong / 150 <= 0.11


def test_wrong_arguments() -> None:
    pairs = pairs_of_embeddings(*embeddings(0.5))
    other = pairs_of_embeddings(*embeddings(0.5, people=39))
    with pytest.raises(InputError, match="the same people and pairs"):
        compare_tar(pairs, other, 0.1)
    with pytest.raises(InputError, match="rates in"):
        compare_tar(pairs, pairs, 0.0)
    with pytest.raises(InputError, match="values, people"):
        compare_means(np.zeros(4), np.zeros(3), np.arange(4))


@pytest.mark.parametrize(("better", "decided"), [(0, False), (4, False), (5, False), (8, True)])
def test_few_trials_that_differ_decide_nothing(better: int, decided: bool) -> None:
    one, other = np.ones(200), np.ones(200)
    other[:better] = 0
    found = compare_means(one, other, np.arange(200))
    assert found.decided == decided
    assert found.p_value >= min(1.0, binomtest(better, better).pvalue if better else 1.0)


def test_many_photographs_of_one_person_differ_once() -> None:
    other = np.ones(200)
    other[:20] = 0
    people = np.arange(200)
    people[:20] = 0
    assert compare_means(np.ones(200), other, people).p_value == 1.0


def test_tar_that_differs_on_few_people_decides_nothing() -> None:
    people = np.array([[i, i] for i in range(60)] + [[i, (i + 1) % 60] for i in range(60)])
    same = np.arange(120) < 60
    one = np.where(same, 0.9, np.linspace(0, 0.5, 120))
    for few, decided in ((4, False), (12, True)):
        other = one.copy()
        other[:few] = 0.1
        found = compare_tar(*(pairs_of_list(s, same, people) for s in (one, other)), 0.1)
        assert found.difference.estimate == pytest.approx(few / 60)
        assert found.decided == decided
        assert (found.p_value < 0.05) == decided
