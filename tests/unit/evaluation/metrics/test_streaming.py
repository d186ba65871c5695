"""Histograms against the scores themselves: exact at the edges, bounded between."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from facemetric.errors import InputError
from facemetric.evaluation.metrics import (
    ScoreHistogram,
    d_prime,
    pair_histograms,
    roc,
    streaming_d_prime,
    streaming_roc,
    streaming_tar_at_far,
    tar_at_far,
)

FLOATS = st.sampled_from([np.float32, np.float64])
VALUES = FLOATS.flatmap(
    lambda kind: arrays(
        kind,
        st.integers(1, 40),
        elements=st.one_of(
            st.sampled_from([-1.0, -0.5, -1e-20, 0.0, 0.25, 1.0]),
            st.floats(-1, 1, width=32),
            st.sampled_from([float(np.nextafter(np.float32(0.25), np.float32(d))) for d in (0, 1)]),
        ),
    )
)


@settings(deadline=None, max_examples=150)
@given(VALUES, st.integers(0, 12))
def test_counts_at_edges_are_exact(values: np.ndarray, bits: int) -> None:
    histogram = ScoreHistogram(bits=bits)
    for part in np.array_split(values, 3):
        histogram.add(part)
    wanted = [(values >= edge).sum() for edge in histogram.edges]
    assert histogram.at_least().tolist() == wanted
    assert histogram.total == len(values)
    assert (histogram.smallest, histogram.largest) == (values.min(), values.max())
    assert histogram.width == 2.0**-bits


@settings(deadline=None, max_examples=100)
@given(VALUES, st.integers(0, 12), st.sampled_from([0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0]))
def test_quantiles_are_bounded(values: np.ndarray, bits: int, share: float) -> None:
    histogram = ScoreHistogram(bits=bits)
    histogram.add(values)
    low, high = histogram.quantile(share)
    assert low <= np.quantile(values, share, method="inverted_cdf") <= high
    assert high - low <= histogram.width


def test_scores_beyond_the_range_go_to_the_ends() -> None:
    histogram = ScoreHistogram(0.0, 1.0, bits=2)
    histogram.add(np.array([-3.0, 0.0, 0.9, 1.0, 7.0]))
    assert histogram.counts.tolist() == [2, 0, 0, 1, 2]
    assert histogram.quantile(0) == (-3.0, 0.25)
    assert histogram.quantile(1) == (1.0, 7.0)


def test_merged_is_as_counted_at_once() -> None:
    values = np.random.default_rng(0).uniform(-1, 1, (2, 500)).astype(np.float32)
    halves, whole = [ScoreHistogram(bits=6) for _ in range(2)], ScoreHistogram(bits=6)
    for half, part in zip(halves, values, strict=True):
        half.add(part)
    whole.add(values)
    halves[0].merge(halves[1])
    assert np.array_equal(halves[0].counts, whole.counts)
    assert (halves[0].smallest, halves[0].largest) == (whole.smallest, whole.largest)
    with pytest.raises(InputError, match="same bins"):
        whole.merge(ScoreHistogram(bits=7))


def made_up(seed: int) -> tuple[np.ndarray, np.ndarray, ScoreHistogram, ScoreHistogram]:
    random = np.random.default_rng(seed)
    same = random.random(3000) < 0.4
    scores = np.clip(random.normal(same * 0.4, 0.2), -1, 1).astype(np.float32)
    genuine, impostor = (ScoreHistogram(bits=5) for _ in range(2))
    genuine.add(scores[same])
    impostor.add(scores[~same])
    return scores, same, genuine, impostor


@pytest.mark.parametrize("seed", range(4))
def test_streaming_roc_lies_on_the_exact_curve(seed: int) -> None:
    scores, same, genuine, impostor = made_up(seed)
    streamed, exact = streaming_roc(genuine, impostor), roc(scores, same)
    curve = streamed.curve
    for threshold, far, tar in zip(curve.thresholds, curve.far, curve.tar, strict=True):
        assert far == np.mean(scores[~same] >= threshold)
        assert tar == np.mean(scores[same] >= threshold)
    assert abs(curve.area - exact.area) <= streamed.area_error < 0.02
    assert curve.equal_error_rate == pytest.approx(exact.equal_error_rate, abs=0.02)
    assert streamed.width == 1 / 32


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 5), st.floats(1e-4, 0.999))
def test_streaming_operating_point_brackets_the_exact(seed: int, far: float) -> None:
    scores, same, genuine, impostor = made_up(seed)
    streamed, exact = streaming_tar_at_far(genuine, impostor, far), tar_at_far(scores, same, far)
    assert streamed.point.far_measured <= far
    assert streamed.point.far_measured == np.mean(scores[~same] >= streamed.point.threshold)
    lowest = np.min(scores[[np.mean(scores[~same] >= cut) <= far for cut in scores]])
    assert streamed.point.tar <= np.mean(scores[same] >= lowest) <= streamed.tar_at_most
    assert exact.tar <= streamed.tar_at_most
    assert np.mean(scores[~same] >= streamed.point.threshold - 1 / 32) > far
    assert streamed.point.supported == exact.supported


def test_all_pairs_are_counted_once() -> None:
    random = np.random.default_rng(3)
    labels = random.integers(0, 8, 45)
    vectors = random.normal(size=(45, 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    pairs = [(i, j) for i in range(45) for j in range(i)]
    scores = np.array([vectors[i] @ vectors[j] for i, j in pairs])
    same = np.array([labels[i] == labels[j] for i, j in pairs])
    for chunk in (1, 7, 45, 100):
        genuine, impostor = pair_histograms(vectors, labels, bits=4, chunk=chunk)
        assert (genuine.total, impostor.total) == (same.sum(), (~same).sum())
        assert impostor.largest == pytest.approx(scores[~same].max(), abs=1e-6)
        assert genuine.smallest == pytest.approx(scores[same].min(), abs=1e-6)
        exact = roc(scores, same)
        streamed = streaming_roc(genuine, impostor)
        assert abs(streamed.curve.area - exact.area) <= streamed.area_error + 1e-9


def test_wrong_arguments() -> None:
    for wrong in (np.nan, np.inf):
        with pytest.raises(InputError, match="finite"):
            ScoreHistogram().add(np.array([0.0, wrong]))
    with pytest.raises(InputError, match="low < high"):
        ScoreHistogram(1.0, 0.0)
    with pytest.raises(InputError, match="bins"):
        ScoreHistogram(bits=40)
    empty, full = ScoreHistogram(bits=3), ScoreHistogram(bits=3)
    empty.add(np.zeros(0))
    full.add(np.ones(5))
    for share, histogram in ((1.5, full), (0.5, empty)):
        with pytest.raises(InputError, match="expected"):
            histogram.quantile(share)
    with pytest.raises(InputError, match="both genuine and impostor"):
        streaming_roc(full, empty)
    with pytest.raises(InputError, match="5 impostor scores lie in the highest bin"):
        streaming_tar_at_far(full, full, 0.1)
    with pytest.raises(InputError, match="a rate in"):
        streaming_tar_at_far(full, full, 0.0)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(3, 9))
def test_equal_error_and_d_prime_lie_within_their_bounds(seed: int, bits: int) -> None:
    random = np.random.default_rng(seed)
    same = np.arange(300) < 60
    scores = np.clip(random.normal(0.3 * same, 0.2), -1, 1).round(3)
    genuine, impostor = ScoreHistogram(bits=bits), ScoreHistogram(bits=bits)
    genuine.add(scores[same])
    impostor.add(scores[~same])
    low, high = streaming_roc(genuine, impostor).equal_error_bounds
    assert low - 1e-12 <= roc(scores, same).equal_error_rate <= high + 1e-12
    spread = streaming_d_prime(genuine, impostor)
    assert spread.low <= d_prime(scores, same) <= spread.high
    assert spread.low <= spread.value <= spread.high


def test_d_prime_needs_a_spread_within_the_bins() -> None:
    one, other = ScoreHistogram(bits=3), ScoreHistogram(bits=3)
    with pytest.raises(InputError, match="both genuine and impostor"):
        streaming_d_prime(one, other)
    one.add(np.array([0.51, 0.52]))
    other.add(np.array([0.01, 0.02]))
    with pytest.raises(InputError, match="differ by more than a bin"):
        streaming_d_prime(one, other)
    other.add(np.array([-2.0]))
    with pytest.raises(InputError, match="beyond the bins"):
        streaming_d_prime(one, other)
