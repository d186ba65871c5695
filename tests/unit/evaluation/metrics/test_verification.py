"""EER, d′, DET, FNMR@FMR and VAL@FAR against loops and scikit-learn, with ties."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import det_curve

from facemetric.errors import InputError
from facemetric.evaluation.metrics import (
    d_prime,
    det,
    equal_error_rate,
    fnmr_at_fmr,
    normal_deviates,
    pairs_needed,
    roc,
    supports,
    tar_at_far,
    threshold_at_far,
    val_at_far,
    val_over_splits,
)

# Few different values make many ties.
SCORES = st.one_of(st.integers(-3, 3).map(float), st.floats(-1, 1))
PAIRS = st.lists(st.tuples(SCORES, st.booleans()), min_size=2, max_size=40).filter(
    lambda pairs: 0 < sum(same for _, same in pairs) < len(pairs)
)


def arrays(pairs: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([score for score, _ in pairs]), np.array([same for _, same in pairs])


@settings(deadline=None, max_examples=100)
@given(PAIRS)
def test_equal_error_is_at_the_nearest_rates(pairs: list[tuple[float, bool]]) -> None:
    scores, same = arrays(pairs)
    equal = equal_error_rate(scores, same)
    assert equal.rate == roc(scores, same).equal_error_rate
    assert equal.far == pytest.approx(np.mean(scores[~same] >= equal.threshold))
    assert equal.frr == pytest.approx(np.mean(scores[same] < equal.threshold))
    gaps = [abs(np.mean(scores[~same] >= cut) - np.mean(scores[same] < cut)) for cut in scores]
    assert abs(equal.far - equal.frr) == pytest.approx(min(gaps))
    if equal.far == equal.frr:
        assert equal.rate == pytest.approx(equal.far)


def test_equal_error_of_two_normal_distributions() -> None:
    random = np.random.default_rng(0)
    same = np.arange(200_000) < 100_000
    scores = random.normal(same * 2.0)
    equal = equal_error_rate(scores, same)
    assert equal.rate == pytest.approx(NormalDist().cdf(-1), abs=0.003)
    assert equal.threshold == pytest.approx(1.0, abs=0.02)
    assert d_prime(scores, same) == pytest.approx(2.0, abs=0.02)


def test_d_prime_by_hand() -> None:
    same = np.array([True, True, False, False])
    assert d_prime(np.array([3.0, 5.0, 0.0, 2.0]), same) == pytest.approx(3.0)
    assert d_prime(np.array([0.0, 2.0, 3.0, 5.0]), same) == pytest.approx(-3.0)
    with pytest.raises(InputError, match="all of a kind are equal"):
        d_prime(np.array([1.0, 1.0, 0.0, 0.0]), same)


@settings(deadline=None, max_examples=100)
@given(PAIRS)
def test_det_is_scikit_learns(pairs: list[tuple[float, bool]]) -> None:
    scores, same = arrays(pairs)
    curve = det(scores, same)
    fmr, fnmr, thresholds = det_curve(same, scores)
    rates = {cut: (a, b) for cut, a, b in zip(thresholds, fmr, fnmr, strict=True)}
    mine = dict(zip(curve.thresholds, zip(curve.fmr, curve.fnmr, strict=True), strict=True))
    # scikit-learn leaves out the points where only one curve's end moves.
    for cut, wanted in rates.items():
        assert mine[cut] == pytest.approx(wanted)
    assert (np.diff(curve.fmr) >= 0).all()
    assert (np.diff(curve.fnmr) <= 0).all()


def test_normal_deviates() -> None:
    rates = np.array([[0.0, 1e-6, 0.5], [0.9, 0.999, 1.0]])
    deviates = normal_deviates(rates)
    assert deviates[0, 0] == -np.inf
    assert deviates[1, 2] == np.inf
    assert deviates[0, 2] == 0
    back = [NormalDist().cdf(value) for value in deviates.ravel()[1:-1]]
    assert back == pytest.approx(rates.ravel()[1:-1], rel=1e-9)
    for wrong in (-0.1, 1.1, np.nan):
        with pytest.raises(InputError, match=r"rates in \[0, 1\]"):
            normal_deviates(np.array([wrong]))


@settings(deadline=None, max_examples=80)
@given(PAIRS, st.floats(0.01, 0.99))
def test_fnmr_and_val_are_tar_in_other_words(pairs: list[tuple[float, bool]], far: float) -> None:
    scores, same = arrays(pairs)
    point = tar_at_far(scores, same, far)
    fnmr = fnmr_at_fmr(scores, same, far)
    assert fnmr.fnmr == pytest.approx(np.mean(scores[same] < fnmr.threshold))
    assert fnmr.fmr_measured == np.mean(scores[~same] >= fnmr.threshold) <= far
    assert (fnmr.supported, fnmr.impostor_pairs) == (point.supported, point.impostor_pairs)
    distances = 2 - 2 * scores
    val = val_at_far(distances, same, far)
    assert val.val == np.mean(distances[same] <= val.distance)
    assert val.far_measured == np.mean(distances[~same] <= val.distance) <= far
    # Nothing larger keeps the rate.
    larger = distances[~same][distances[~same] > val.distance]
    assert np.mean(distances[~same] <= larger.min()) > far
    assert (val.supported, val.same_pairs) == (point.supported, point.genuine_pairs)


def test_val_over_splits() -> None:
    random = np.random.default_rng(1)
    same = np.arange(400) < 200
    splits = [val_at_far(random.normal(3.0 * ~same), same, 0.1) for _ in range(5)]
    over = val_over_splits(splits)
    values = [split.val for split in splits]
    assert over.mean == pytest.approx(sum(values) / 5)
    assert over.standard_error == pytest.approx(np.std(values, ddof=1) / 5**0.5)
    assert over.splits == tuple(splits)
    for wrong in (splits[:1], [splits[0], val_at_far(random.normal(~same), same, 0.2)]):
        with pytest.raises(InputError, match="two or more splits at one rate"):
            val_over_splits(wrong)


def test_pairs_that_a_rate_needs() -> None:
    assert [pairs_needed(far) for far in (0.1, 1e-3, 1e-6, 1e-8, 0.3)] == [
        *(100, 10_000, 10_000_000, 1_000_000_000),
        34,
    ]
    for far in (0.1, 1e-3, 1e-6, 0.3):
        assert supports(pairs_needed(far), far)
        assert not supports(pairs_needed(far) - 1, far)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_threshold_refuses_what_is_no_score(bad: float) -> None:
    with pytest.raises(InputError, match="finite"):
        threshold_at_far(np.array([0.1, bad, 0.3]), 0.5)
