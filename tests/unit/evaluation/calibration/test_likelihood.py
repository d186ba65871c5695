"""Likelihood ratios against scikit-learn, slow loops, and scores whose ratio is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from facemetric.evaluation.calibration.cllr import cllr
from facemetric.evaluation.calibration.likelihood import (
    METHODS,
    fit_likelihood_ratios,
    fit_table,
    look_up,
    min_cllr,
)
from facemetric.evaluation.calibration.score_counts import STEPS, bin_centres, count_scores


def binned(scores: np.ndarray) -> np.ndarray:
    bins = np.clip(((scores + 1) * STEPS / 2).astype(int), 0, STEPS - 1)
    return np.bincount(bins, minlength=STEPS).astype(float)


def two_normals(
    pairs: int, *, seed: int = 0, apart: float = 0.3, deviation: float = 0.1
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of one person and of strangers; the log ratio is a straight line."""
    random = np.random.default_rng(seed)
    return (
        random.normal(apart, deviation, pairs).clip(-1, 1),
        random.normal(0, deviation, 10 * pairs).clip(-1, 1),
    )


def people(count: int, images: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.permutation(np.repeat(np.arange(count), images))
    vectors = random.normal(size=(count, 12))[labels] + 0.5 * random.normal(size=(len(labels), 12))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), labels


@pytest.mark.parametrize("method", METHODS)
def test_a_known_ratio_is_found(method: str) -> None:
    """Two normals of deviation s, d apart: ln LR = d/s² (x − d/2)."""
    genuine, impostor = two_normals(50_000)
    table = fit_table(binned(genuine), binned(impostor), method)
    at = np.linspace(-0.05, 0.3, 15)
    known = 0.3 / 0.1**2 * (at - 0.15) / np.log(10)
    assert look_up(table, at) == pytest.approx(known, abs=0.03 if method == "logistic" else 0.25)


def test_isotonic_is_scikit_learns() -> None:
    genuine, impostor = two_normals(400, seed=1)
    bins_g, bins_i = binned(genuine), binned(impostor)
    used = np.flatnonzero(bins_g + bins_i)
    mine, other = bins_g[used] / bins_g.sum(), bins_i[used] / bins_i.sum()
    share = IsotonicRegression(y_min=0, y_max=1).fit_transform(
        used, mine / (mine + other), sample_weight=mine + other
    )
    cost = 0.0
    for weight, y in ((mine, share), (other, 1 - share)):
        there = weight > 0
        cost -= (weight[there] * np.log2(y[there])).sum() / 2
    assert min_cllr(bins_g, bins_i) == pytest.approx(cost, abs=1e-9)


def test_cllr_is_the_explicit_sum() -> None:
    random = np.random.default_rng(3)
    genuine, impostor = random.normal(1, 1, 50), random.normal(-1, 1, 70)
    slow = sum(np.log2(1 + 10**-x) for x in genuine) / 50 / 2
    slow += sum(np.log2(1 + 10**x) for x in impostor) / 70 / 2
    assert cllr(genuine, impostor) == pytest.approx(slow)
    assert cllr(np.zeros(3), np.zeros(4)) == pytest.approx(1)
    twice = cllr(genuine, impostor, genuine_counts=np.full(50, 2), impostor_counts=np.full(70, 2))
    assert twice == pytest.approx(slow)


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 999),
    pairs=st.integers(15, 300),
    apart=st.floats(0.0, 0.8),
    method=st.sampled_from(METHODS),
)
def test_the_table_rises_and_stays_within_what_the_pairs_support(
    seed: int, pairs: int, apart: float, method: str
) -> None:
    genuine, impostor = two_normals(pairs, seed=seed, apart=apart)
    table = fit_table(binned(genuine), binned(impostor), method)
    assert len(table) >= 2
    assert (np.diff(table[:, 0]) > 0).all()
    assert (np.diff(table[:, 1]) >= 0).all()
    assert table[0, 1] >= np.log10(10 / pairs) - 1e-4
    assert table[-1, 1] <= np.log10(10 * pairs / 10) + 1e-4
    far = look_up(table, [-1.0, 1.0])
    assert far == pytest.approx([table[0, 1], table[-1, 1]])


def test_no_table_costs_less_than_the_best() -> None:
    genuine, impostor = two_normals(2000, seed=5)
    g, i = binned(genuine), binned(impostor)
    least = min_cllr(g, i)
    for method in METHODS:
        ratio = look_up(fit_table(g, i, method), bin_centres())
        cost = cllr(ratio, ratio, genuine_counts=g, impostor_counts=i)
        assert least - 1e-9 <= cost < least + 0.02


@settings(deadline=None, max_examples=10)
@given(folds=st.integers(1, 4), chunk=st.integers(1, 40), seed=st.integers(0, 99))
def test_counts_are_the_explicit_loops(folds: int, chunk: int, seed: int) -> None:
    vectors, labels = people(9, 3, seed=seed)
    counts = count_scores(vectors, labels, folds=folds, seed=seed, chunk=chunk)
    fold = np.random.default_rng(seed).permutation(9) % folds
    for chosen in range(folds):
        mask = np.arange(folds) == chosen
        genuine, impostor = counts.of(mask)
        inside = np.flatnonzero(fold[labels] == chosen)
        slow_g, slow_i = [], []
        for place, i in enumerate(inside):
            for j in inside[:place]:
                kind = slow_g if labels[i] == labels[j] else slow_i
                kind.append(float(vectors[i] @ vectors[j]))
        for found, slow in ((genuine, slow_g), (impostor, slow_i)):
            assert found.sum() == len(slow)
            centres = np.repeat(bin_centres(), found.astype(int))
            assert centres == pytest.approx(np.sort(slow), abs=2.1 / STEPS)
    genuine, impostor = counts.of(np.ones(folds, bool))
    assert (genuine.sum(), impostor.sum()) == (9 * 3, 27 * 26 // 2 - 27)


def test_the_ratios_of_a_collection() -> None:
    vectors, labels = people(60, 4)
    ratios = fit_likelihood_ratios(vectors, labels)
    assert ratios is not None
    assert ratios.method in METHODS
    assert 0 <= ratios.min_cllr <= ratios.cllr < 0.8
    assert ratios.genuine_pairs == 60 * 6
    assert ratios.impostor_pairs == 240 * 239 // 2 - 360
    assert fit_likelihood_ratios(vectors, labels) == ratios


def test_too_few_pairs_give_no_ratios() -> None:
    assert fit_likelihood_ratios(*people(60, 1)) is None
    assert fit_likelihood_ratios(*people(8, 2)) is None
