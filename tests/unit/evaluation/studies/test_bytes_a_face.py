from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.evaluation.studies.bytes_a_face import BytesStudy
from facemetric.types import Float32

from .conftest import SHAPE


@pytest.mark.parametrize("bits", [2, 3, 8])
def test_as_a_loop_over_levels_rounds(vectors: Float32, bits: int) -> None:
    coded = np.empty(vectors.shape)
    for column in range(vectors.shape[1]):
        values = vectors[:, column].astype(float)
        known = np.linspace(values.min(), values.max(), 2**bits)
        nearest = np.abs(values[:, None] - known[None, :]).argmin(axis=1)
        coded[:, column] = known[nearest]
    coded /= np.linalg.norm(coded, axis=1, keepdims=True)
    ours = BytesStudy().vectors(vectors, bits)
    # A value midway between two codes may go either way.
    assert (np.abs(ours - coded) < 1e-4).mean() > 0.999


def test_one_bit_is_the_side_of_the_median(vectors: Float32) -> None:
    ours = BytesStudy().vectors(vectors, 1)
    for column in (0, 31):
        values = vectors[:, column]
        upper = values >= np.median(values)
        expected = np.where(upper, values[upper].mean(), values[~upper].mean())
        ratio = ours[:, column] / expected  # one factor a row, from the norm
        other = ours[:, 5] / np.where(
            vectors[:, 5] >= np.median(vectors[:, 5]),
            vectors[vectors[:, 5] >= np.median(vectors[:, 5]), 5].mean(),
            vectors[vectors[:, 5] < np.median(vectors[:, 5]), 5].mean(),
        )
        assert np.allclose(ratio, other, rtol=1e-4)


def test_unchanged_at_32_and_closer_with_every_bit(vectors: Float32) -> None:
    study = BytesStudy()
    assert study.vectors(vectors, 32) is vectors
    cosines = [(study.vectors(vectors, bits) * vectors).sum(axis=1).mean() for bits in range(1, 9)]
    assert cosines == sorted(cosines)
    assert cosines[-1] > 0.9999


@given(st.integers(0, 2**31), st.sampled_from([1, 2, 4, 8, 32]), st.integers(1, 6))
@settings(deadline=None, max_examples=30)
def test_unit_rows_whatever_comes(seed: int, bits: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    made = np.round(random.normal(size=(rows, 4)), 1)
    made[:, 0] += 5
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    coded = BytesStudy().vectors(made.astype(np.float32), bits)
    assert coded.dtype == np.float32
    assert np.allclose(np.linalg.norm(coded, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("level", [0, 9, 1.5, 33, float("nan")])
def test_refused(level: float) -> None:
    with pytest.raises(InputError, match="bytes: expected 1 to 8 bits, or 32"):
        BytesStudy().check(level, SHAPE)
