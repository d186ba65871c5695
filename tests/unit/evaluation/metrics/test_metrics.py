"""Every metric against explicit loops and scikit-learn, with ties and without."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from facemetric.errors import InputError
from facemetric.evaluation.metrics import (
    accuracy_at,
    best_threshold,
    kfold_accuracy,
    kfold_decisions,
    roc,
    tar_at_far,
    threshold_at_far,
)

# Few different values make many ties.
SCORES = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-1, 1),
    st.sampled_from([0.1, float(np.nextafter(0.1, 1)), -0.0, 0.0]),
)
PAIRS = st.lists(st.tuples(SCORES, st.booleans()), min_size=2, max_size=40).filter(
    lambda pairs: 0 < sum(same for _, same in pairs) < len(pairs)
)


def arrays(pairs: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([score for score, _ in pairs]), np.array([same for _, same in pairs])


@settings(deadline=None, max_examples=150)
@given(PAIRS)
def test_roc_is_scikit_learns(pairs: list[tuple[float, bool]]) -> None:
    scores, same = arrays(pairs)
    curve = roc(scores, same)
    far, tar, thresholds = roc_curve(same, scores, drop_intermediate=False)
    assert np.allclose(curve.far, far, rtol=0, atol=1e-12)
    assert np.allclose(curve.tar, tar, rtol=0, atol=1e-12)
    assert np.array_equal(curve.thresholds, thresholds)
    assert curve.area == pytest.approx(roc_auc_score(same, scores), abs=1e-12)


@settings(deadline=None, max_examples=100)
@given(PAIRS)
def test_roc_counts_what_is_accepted(pairs: list[tuple[float, bool]]) -> None:
    scores, same = arrays(pairs)
    curve = roc(scores, same)
    for threshold, far, tar in zip(curve.thresholds, curve.far, curve.tar, strict=True):
        assert far == pytest.approx(np.mean(scores[~same] >= threshold))
        assert tar == pytest.approx(np.mean(scores[same] >= threshold))
    assert 0 <= curve.equal_error_rate <= 1


def test_equal_error_rate() -> None:
    same = np.array([True] * 4 + [False] * 4)
    assert roc(np.array([9, 8, 7, 6, 4, 3, 2, 1.0]), same).equal_error_rate == 0
    assert roc(np.array([9, 8, 7, 3, 4, 2, 1, 0.0]), same).equal_error_rate == 0.25
    assert roc(np.zeros(8), same).equal_error_rate == 0.5


@settings(deadline=None, max_examples=200)
@given(PAIRS)
def test_no_threshold_beats_the_best(pairs: list[tuple[float, bool]]) -> None:
    scores, same = arrays(pairs)
    threshold, accuracy = best_threshold(scores, same)
    assert accuracy_at(scores, same, threshold) == accuracy
    candidates = [*scores, scores.max() + 1]
    slow = max(
        sum((score >= cut) == is_same for score, is_same in pairs) / len(pairs)
        for cut in candidates
    )
    assert accuracy == slow


def test_best_threshold_stands_midway() -> None:
    same = np.array([False, False, True, True])
    assert best_threshold(np.array([0.0, 0.2, 0.6, 0.9]), same) == (pytest.approx(0.4), 1.0)
    # Two cuts are equally good: the lower.
    same = np.array([False, True, False, True])
    assert best_threshold(np.array([0.0, 0.2, 0.6, 0.8]), same) == (pytest.approx(0.1), 0.75)


@settings(deadline=None, max_examples=200)
@given(PAIRS, st.floats(0.001, 0.999))
def test_tar_at_far_is_the_best_that_keeps_far(pairs: list[tuple[float, bool]], far: float) -> None:
    scores, same = arrays(pairs)
    point = tar_at_far(scores, same, far)
    assert point.far_measured <= far * (1 + 1e-9)
    assert point.far_measured == np.mean(scores[~same] >= point.threshold)
    candidates = [*scores, scores.max() + 1]
    slow = max(
        np.mean(scores[~same] >= cut) for cut in candidates if np.mean(scores[~same] >= cut) <= far
    )
    assert point.far_measured == slow
    assert point.tar == np.mean(scores[same] >= point.threshold)
    fars, tars, _ = roc_curve(same, scores, drop_intermediate=False)
    assert point.tar == pytest.approx(tars[fars <= far * (1 + 1e-12)].max())
    assert (point.impostor_pairs, point.genuine_pairs) == (sum(~same), sum(same))


def test_threshold_stands_below_the_next_score_of_either_kind() -> None:
    same = np.array([True, True, False, False])
    point = tar_at_far(np.array([0.8, 0.4, 0.9, 0.3]), same, 0.5)
    assert (point.threshold, point.tar) == (pytest.approx(0.35), 1.0)
    point = tar_at_far(np.array([0.8, 0.4, 0.6, 0.3]), same, 0.4)
    assert (point.threshold, point.tar) == (pytest.approx(0.7), 0.5)


def test_threshold_stands_between_the_impostors() -> None:
    scores = np.arange(10) / 10
    assert threshold_at_far(scores, 0.1) == pytest.approx(0.85)
    assert threshold_at_far(scores, 0.3) == pytest.approx(0.65)
    assert threshold_at_far(scores, 0.05) == np.nextafter(0.9, 1)
    # Four fifths are equal: accepting any of them would break the rate.
    assert threshold_at_far(np.array([0.1, 0.5, 0.5, 0.5, 0.5]), 0.5) == np.nextafter(0.5, 1)


def test_what_the_data_does_not_support_is_said() -> None:
    same = np.arange(6000) < 3000
    scores = np.random.default_rng(0).normal(same * 4.0)
    enough, too_few = (tar_at_far(scores, same, far) for far in (1e-2, 1e-3))
    assert enough.supported
    assert enough.note == ""
    assert not too_few.supported
    assert too_few.note == (
        "far=0.001 needs 10,000 impostor pairs (10/FAR), got 3,000: an indication only"
    )


@settings(deadline=None, max_examples=60)
@given(PAIRS.filter(lambda pairs: len(pairs) >= 4), st.integers(2, 4), st.integers(0, 9))
def test_kfold_is_the_explicit_loop(
    pairs: list[tuple[float, bool]], n_folds: int, seed: int
) -> None:
    scores, same = arrays(pairs * n_folds)
    fold = np.repeat(np.arange(n_folds), len(pairs))
    scores = scores + np.random.default_rng(seed).integers(0, 2, len(scores))
    result = kfold_accuracy(scores, same, fold)
    for number in range(n_folds):
        rest = [i for i in range(len(scores)) if fold[i] != number]
        threshold, _ = best_threshold(scores[rest], same[rest])
        mine = [i for i in range(len(scores)) if fold[i] == number]
        right = sum((scores[i] >= threshold) == same[i] for i in mine) / len(mine)
        assert result.accuracies[number] == pytest.approx(right)
        assert result.thresholds[number] == threshold
    decided = kfold_decisions(scores, same, fold)
    by_fold = [decided[fold == number].mean() for number in range(n_folds)]
    assert by_fold == pytest.approx(result.accuracies)
    assert result.mean == pytest.approx(np.mean(result.accuracies))
    assert result.standard_error == pytest.approx(
        np.std(result.accuracies, ddof=1) / np.sqrt(n_folds)
    )


@pytest.mark.parametrize(
    ("scores", "same", "message"),
    [
        (np.zeros(3), np.array([True, False]), "expected scores"),
        (np.zeros((2, 1)), np.array([[True], [False]]), "expected scores"),
        (np.zeros(2), np.array([1, 0]), "expected scores"),
        (np.array([0.0, np.nan]), np.array([True, False]), "scores: not finite in row 1"),
        (np.zeros(2), np.array([True, True]), "expected both genuine and impostor"),
    ],
)
def test_wrong_scores(scores: np.ndarray, same: np.ndarray, message: str) -> None:
    for metric in (roc, best_threshold):
        with pytest.raises(InputError, match=message):
            metric(scores, same)


def test_wrong_rates_and_folds() -> None:
    same = np.array([True, False] * 2)
    for far in (0.0, 1.0, -1.0):
        with pytest.raises(InputError, match="expected a rate in"):
            tar_at_far(np.zeros(4), same, far)
    with pytest.raises(InputError, match="at least one impostor"):
        threshold_at_far(np.zeros(0), 0.1)
    for fold in (np.zeros(4, int), np.array([0, 0, 2, 2]), np.zeros(4), np.zeros(3, int)):
        with pytest.raises(InputError, match="fold: expected"):
            kfold_accuracy(np.zeros(4), same, fold)
