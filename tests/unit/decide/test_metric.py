from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from facemetric.decide import METRICS, lp
from facemetric.errors import InputError

PEER = {
    "cosine": lambda a, b: 1 - cdist(a, b, "cosine"),
    "squared-l2": lambda a, b: cdist(a, b, "sqeuclidean"),
    "l2": lambda a, b: cdist(a, b, "euclidean"),
    "l1": lambda a, b: cdist(a, b, "cityblock"),
    "lp": lambda a, b: cdist(a, b, "minkowski", p=3),
    "chebyshev": lambda a, b: cdist(a, b, "chebyshev"),
}


def _units(count: int, dim: int, seed: int) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(count, dim))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def test_every_metric_has_a_peer_here() -> None:
    assert list(METRICS) == sorted(PEER)
    assert [name for name in METRICS if METRICS[name].higher_is_same] == ["cosine"]


@pytest.mark.parametrize("name", sorted(PEER))
@settings(deadline=None, max_examples=25)
@given(n=st.integers(1, 9), m=st.integers(1, 9), dim=st.integers(1, 64), seed=st.integers(0, 999))
def test_the_values_are_scipys(name: str, n: int, m: int, dim: int, seed: int) -> None:
    a, b = _units(n, dim, seed), _units(m, dim, seed + 1)
    ours = METRICS[name].pairwise(a, b)
    assert ours.shape == (n, m)
    assert ours.dtype == np.float64
    np.testing.assert_allclose(
        ours, PEER[name](a.astype(np.float64), b.astype(np.float64)), atol=1e-7
    )


@pytest.mark.parametrize("name", sorted(PEER))
def test_a_face_is_nearest_to_itself(name: str) -> None:
    a = _units(20, 16, 5)
    values = METRICS[name].pairwise(a, a)
    signed = -values if METRICS[name].higher_is_same else values
    assert (signed.argmin(axis=1) == np.arange(20)).all()
    np.testing.assert_allclose(values, values.T, atol=1e-12)
    np.testing.assert_allclose(np.diag(values), 1 if METRICS[name].higher_is_same else 0, atol=1e-7)


def test_distance_and_similarity_say_the_same_on_the_sphere() -> None:
    a, b = _units(30, 128, 1), _units(40, 128, 2)
    distance = METRICS["squared-l2"].pairwise(a, b)
    assert distance.min() >= 0
    assert distance.max() <= 4
    np.testing.assert_allclose(distance, 2 - 2 * METRICS["cosine"].pairwise(a, b), atol=1e-6)


@pytest.mark.parametrize("p", [1.0, 1.5, 2.0, 7.0])
def test_other_powers(p: float) -> None:
    a, b = _units(5, 8, 1).astype(np.float64), _units(6, 8, 2).astype(np.float64)
    np.testing.assert_allclose(lp(p).pairwise(a, b), cdist(a, b, "minkowski", p=p), atol=1e-9)


@pytest.mark.parametrize("p", [0.5, 0.0, -1.0, np.inf, np.nan])
def test_a_power_that_is_no_metric_is_refused(p: float) -> None:
    with pytest.raises(InputError, match="p: expected a finite number of at least 1"):
        lp(p)


def test_large_inputs_are_chunked_to_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = _units(33, 12, 1), _units(21, 12, 2)
    whole = METRICS["l1"].pairwise(a, b)
    monkeypatch.setattr("facemetric.decide.metric._CHUNK", 500)
    np.testing.assert_array_equal(METRICS["l1"].pairwise(a, b), whole)


def test_bad_inputs_say_what_is_wrong() -> None:
    a = _units(3, 8, 1)
    with pytest.raises(InputError, match=r"b: expected float \(N, 8\), got float32 \(2, 7\)"):
        METRICS["l2"].pairwise(a, _units(2, 7, 1))
    with pytest.raises(InputError, match="Were chips passed"):
        METRICS["l2"].pairwise(np.zeros((1, 8, 8, 3), np.uint8), a)
    with pytest.raises(InputError, match="b: row 1 is zero"):
        METRICS["cosine"].pairwise(a, a * np.array([[1], [0], [1]], np.float32))
