from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.transform import SimilarityTransform

from facemetric.align import TEMPLATES, fit_similarity
from facemetric.errors import InputError

TARGET = TEMPLATES["dlib-150"].points_px


def _similarity(scale: float, angle_rad: float, shift: tuple[float, float]) -> np.ndarray:
    c, s = scale * np.cos(angle_rad), scale * np.sin(angle_rad)
    return np.array([[c, -s, shift[0]], [s, c, shift[1]]])


def _apply(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    return points @ matrix[:, :2].T + matrix[:, 2]


def _umeyama_by_svd(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The paper's eq. 40-42 as they stand, one set at a time."""
    mean_s, mean_t = source.mean(0), target.mean(0)
    covariance = (target - mean_t).T @ (source - mean_s) / len(source)
    u, d, vt = np.linalg.svd(covariance)
    sign = np.array([1.0, np.sign(np.linalg.det(u) * np.linalg.det(vt))])
    rotation = u @ np.diag(sign) @ vt
    scale = (d * sign).sum() / ((source - mean_s) ** 2).sum(1).mean()
    return np.column_stack([scale * rotation, mean_t - scale * rotation @ mean_s])


@settings(deadline=None, max_examples=60)
@given(
    scale=st.floats(0.01, 50),
    angle=st.floats(-np.pi, np.pi),
    x=st.floats(-5000, 5000),
    y=st.floats(-5000, 5000),
)
def test_a_known_transform_is_recovered(scale: float, angle: float, x: float, y: float) -> None:
    truth = _similarity(scale, angle, (x, y))
    source = np.random.default_rng(3).normal(0, 40, (5, 2))
    fitted = fit_similarity(source[None], _apply(truth, source))
    np.testing.assert_allclose(fitted[0], truth, rtol=1e-7, atol=1e-7 * (1 + abs(x) + abs(y)))


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**31), count=st.integers(1, 6))
def test_noisy_sets_agree_with_skimage_and_the_paper_in_any_batch(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    source = TARGET * rng.uniform(0.2, 8) + rng.normal(0, 6, (count, 5, 2)) + rng.uniform(0, 900)
    fitted = fit_similarity(source, TARGET)
    for row in range(count):
        np.testing.assert_allclose(fitted[row], _umeyama_by_svd(source[row], TARGET), atol=1e-8)
        peer = SimilarityTransform.from_estimate(source[row], TARGET)
        np.testing.assert_allclose(fitted[row], peer.params[:2], atol=1e-8)
        assert np.array_equal(fitted[row], fit_similarity(source[row][None], TARGET)[0])


def test_a_mirrored_set_is_not_reflected() -> None:
    noise = np.random.default_rng(0).normal(0, 25, (5, 2))
    mirrored = TARGET * [-1, 1] + noise
    matrix = fit_similarity(mirrored[None], TARGET)[0]
    assert np.linalg.det(matrix[:, :2]) > 0
    np.testing.assert_allclose(matrix, _umeyama_by_svd(mirrored, TARGET), atol=1e-9)


def test_no_sets_give_no_matrices() -> None:
    assert fit_similarity(np.zeros((0, 5, 2)), TARGET).shape == (0, 2, 3)


@pytest.mark.parametrize(
    ("bad", "cause"),
    [
        (np.full((5, 2), 400.0), "coincide"),
        (np.zeros((5, 2)), "coincide"),
        (np.full((5, 2), np.nan), "not finite"),
    ],
)
def test_degenerate_landmarks_name_the_set(bad: np.ndarray, cause: str) -> None:
    good = TARGET + 10
    with pytest.raises(InputError, match=rf"photo\.jpg: face\[1\]: the landmarks .*{cause}"):
        fit_similarity(np.stack([good, bad]), TARGET, name="photo.jpg: face")


def test_points_that_share_no_shape_with_the_target_are_refused() -> None:
    square = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    crossed = square[[0, 3, 2, 1]]
    with pytest.raises(InputError, match="shape of the template"):
        fit_similarity(crossed[None], square)


@pytest.mark.parametrize("shape", [(5, 2), (1, 4, 2), (1, 5, 3)])
def test_wrong_shapes_say_what_was_wanted(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"source_points: expected \(N, 5, 2\), got"):
        fit_similarity(np.zeros(shape), TARGET)
    with pytest.raises(InputError, match="target_points"):
        fit_similarity(np.zeros((1, 5, 2)), np.zeros((1, 2)))
