from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.bundle.manifest import Codes
from facemetric.errors import InputError
from facemetric.index import Codec


def faces(seed: int, count: int, dim: int = 128, *, shared: float = 0.0) -> np.ndarray:
    """Unit vectors; ``shared`` is the length of a mean that all of them have."""
    rng = np.random.default_rng(seed)
    mean = np.random.default_rng(99).normal(size=dim)
    mean *= shared / np.linalg.norm(mean)
    values = rng.normal(size=(count, dim)) / np.sqrt(dim) + mean
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def spelled_out(codec: Codec, values: np.ndarray) -> np.ndarray:
    codes = np.empty(values.shape, dtype=np.uint8)
    for row in range(len(values)):
        for column in range(values.shape[1]):
            exact = (float(values[row, column]) - codec.low[column]) / codec.step[column]
            codes[row, column] = min(max(round(exact), 0), 255)
    return codes


def test_encode_equals_an_explicit_loop() -> None:
    values = faces(0, 200, 16)
    codec = Codec.fit(values)
    np.testing.assert_array_equal(codec.encode(values), spelled_out(codec, values))


@settings(deadline=None, max_examples=50)
@given(
    seed=st.integers(0, 2**32 - 1),
    dim=st.integers(1, 40),
    width=st.floats(1e-3, 10),
    low=st.floats(-5, 5),
)
def test_a_value_inside_the_range_moves_by_half_a_step_at_most(
    seed: int, dim: int, width: float, low: float
) -> None:
    rng = np.random.default_rng(seed)
    codec = Codec(low + rng.uniform(-1, 1, dim), rng.uniform(0.1, 1, dim) * width / 255)
    values = codec.low + rng.uniform(0, 255, (20, dim)) * codec.step
    restored = codec.low + codec.encode(values) * codec.step
    assert (np.abs(restored - values) <= codec.step / 2 * (1 + 1e-9)).all()


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 2**32 - 1), dim=st.integers(2, 64))
def test_decoded_embeddings_have_unit_norm(seed: int, dim: int) -> None:
    codec = Codec.fit(faces(seed, 100, dim))
    codes = np.random.default_rng(seed).integers(0, 256, (10, dim)).astype(np.uint8)
    decoded = codec.decode(codes)
    assert decoded.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(decoded, axis=1), 1.0, atol=1e-6)


def test_values_outside_the_range_are_clamped_to_its_ends() -> None:
    codec = Codec([-1.0, 0.0], [0.01, 0.01])
    values = np.array([[-50.0, 50.0], [-1.0, 2.55]], dtype=np.float32)
    np.testing.assert_array_equal(codec.encode(values), [[0, 255], [0, 255]])


@pytest.mark.parametrize("shared", [0.0, 2.3], ids=["no mean", "a large shared mean"])
def test_cosines_of_unseen_faces_move_little(shared: float) -> None:
    codec = Codec.fit(faces(1, 2000, shared=shared))
    left, right = faces(2, 5000, shared=shared), faces(3, 5000, shared=shared)
    exact = (left * right).sum(axis=1)
    coded = (codec.decode(codec.encode(left)) * codec.decode(codec.encode(right))).sum(axis=1)
    assert np.abs(coded - exact).max() <= (0.008 if shared == 0.0 else 0.004)


def test_fit_ignores_a_single_odd_embedding() -> None:
    values = faces(4, 3000)
    odd = values.copy()
    odd[0] = 0
    odd[0, 0] = 1.0
    assert Codec.fit(odd).step[0] <= Codec.fit(values).step[0] * 1.1


def test_fit_accepts_a_dimension_that_never_varies() -> None:
    values = np.zeros((100, 3), dtype=np.float32)
    values[:, 1] = 1.0
    codec = Codec.fit(values)
    np.testing.assert_allclose(codec.decode(codec.encode(values)), values, atol=1e-5)


def test_the_manifest_keeps_the_codec_exactly() -> None:
    codec = Codec.fit(faces(5, 150, 8))
    text = codec.to_codes().model_dump_json()
    again = Codec.of(Codes.model_validate_json(text))
    assert again == codec
    assert hash(again) == hash(codec)
    assert codec != Codec(codec.low, codec.step * 2)
    assert codec != "codec"


@pytest.mark.parametrize(
    ("low", "step", "cause"),
    [
        ([0.0], [0.0], "step must be positive, is not in dimensions \\[0\\]"),
        ([0.0, 1.0], [1.0], "vectors of one length"),
        ([], [], "vectors of one length"),
        ([np.nan], [1.0], "finite"),
    ],
)
def test_a_codec_that_cannot_be_is_refused(low: list[float], step: list[float], cause: str) -> None:
    with pytest.raises(InputError, match=cause):
        Codec(low, step)


def test_wrong_arrays_are_refused() -> None:
    codec = Codec([-1.0, -1.0], [0.01, 0.01])
    with pytest.raises(InputError, match=r"expected float \(N, 2\), got float32 \(1, 3\)"):
        codec.encode(np.zeros((1, 3), dtype=np.float32))
    with pytest.raises(InputError, match="not finite in rows"):
        codec.encode(np.full((1, 2), np.nan, dtype=np.float32))
    with pytest.raises(InputError, match=r"expected uint8 \(N, 2\)"):
        codec.decode(np.zeros((1, 2), dtype=np.float32))
    with pytest.raises(InputError, match="zero vector"):
        Codec([0.0, 0.0], [0.01, 0.01]).decode(np.zeros((1, 2), dtype=np.uint8))
    with pytest.raises(InputError, match="at least 100 embeddings, got 99"):
        Codec.fit(faces(0, 99))
