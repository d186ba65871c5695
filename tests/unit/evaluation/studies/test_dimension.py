from __future__ import annotations

import numpy as np
import pytest

from facemetric.errors import InputError
from facemetric.evaluation.studies import NetworkShape
from facemetric.evaluation.studies.dimension import DimensionStudy, TruncationStudy
from facemetric.types import Float32

from .conftest import SHAPE


@pytest.mark.parametrize("dimension", [2, 8, 31])
def test_as_numpys_singular_vectors_project(vectors: Float32, dimension: int) -> None:
    _, _, axes = np.linalg.svd(vectors.astype(float), full_matrices=False)
    expected = vectors @ axes[:dimension].T
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    ours = DimensionStudy().vectors(vectors, dimension)
    assert ours.shape == (len(vectors), dimension)
    # An axis may point either way: what counts are the cosines.
    assert np.allclose(ours @ ours.T, expected @ expected.T, atol=1e-5)


def test_truncated(vectors: Float32) -> None:
    ours = TruncationStudy().vectors(vectors, 5)
    expected = vectors[:, :5] / np.linalg.norm(vectors[:, :5], axis=1, keepdims=True)
    assert np.allclose(ours, expected, atol=1e-6)


@pytest.mark.parametrize("study", [DimensionStudy(), TruncationStudy()])
def test_unchanged_at_the_full_dimension(study: DimensionStudy, vectors: Float32) -> None:
    assert study.vectors(vectors, 32) is vectors
    assert study.levels_for(NetworkShape((112, 112), 32)) == (8, 16, 32)
    assert study.levels_for(SHAPE)[-1] == 128
    assert study.levels_for(NetworkShape((112, 112), 512)) == (8, 16, 32, 64, 128, 256, 512)


@pytest.mark.parametrize("level", [1, 129, 8.5, float("nan"), float("inf")])
def test_refused(level: float) -> None:
    with pytest.raises(InputError, match="from 2 to the bundle's 128 dimensions"):
        DimensionStudy().check(level, SHAPE)
