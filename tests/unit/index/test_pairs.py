"""Pairs of rows, against all of them compared in double precision."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.index import Codec, CodeIndex, similar_pairs

DIM = 24


def people(count: int, seed: int, photos: int = 6) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((-(-count // photos), DIM)) + np.linspace(-1, 1, DIM)
    vectors = np.repeat(centres, photos, axis=0)[:count] + 0.3 * rng.standard_normal((count, DIM))
    vectors = vectors[rng.permutation(count)]
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def codec() -> Codec:
    return Codec.fit(people(5000, 99))


def index_of(codec: Codec, vectors: np.ndarray) -> CodeIndex:
    index = CodeIndex(codec, threads=1)
    index.add(codec.encode(vectors))
    return index


@settings(max_examples=25, deadline=None)
@given(
    count=st.integers(1, 1300),
    seed=st.integers(0, 2**32 - 1),
    threshold=st.floats(0.5, 0.99),
    start=st.floats(0, 1),
    gone=st.floats(0, 0.5),
)
def test_every_pair_that_reaches_the_threshold_is_found_once(
    codec: Codec, count: int, seed: int, threshold: float, start: float, gone: float
) -> None:
    vectors = people(count, seed)
    index = index_of(codec, vectors)
    decoded = codec.decode(index.codes(np.arange(count))).astype(np.float64)
    dead = np.random.default_rng(seed).random(count) < gone
    index.remove(np.flatnonzero(dead))
    first = int(start * count)
    edges = similar_pairs(index, threshold, start=first, most=count)

    cosines = decoded @ decoded.T
    wanted = np.triu(cosines >= threshold, 1) & ~dead[:, None] & ~dead
    wanted[:, :first] = False
    near = np.abs(cosines - threshold) < 1e-6  # rounding may fall either way
    found = np.zeros_like(wanted)
    found[edges.first, edges.second] = True
    assert len(edges) == found.sum()
    assert not ((found != wanted) & ~near).any()
    np.testing.assert_allclose(edges.similarities, cosines[edges.first, edges.second], atol=1e-6)


def test_each_row_keeps_its_highest_pairs(codec: Codec) -> None:
    vectors = people(1200, 4, photos=200)
    edges = similar_pairs(index_of(codec, vectors), 0.7, most=5)
    all_edges = similar_pairs(index_of(codec, vectors), 0.7, most=1200)
    assert np.bincount(edges.second).max() == 5 < np.bincount(all_edges.second).max()
    for row in (700, 1100, 1199):
        kept = np.sort(edges.similarities[edges.second == row])
        whole = np.sort(all_edges.similarities[all_edges.second == row])
        np.testing.assert_array_equal(kept, whole[-len(kept) :])


def test_what_makes_no_sense(codec: Codec) -> None:
    index = index_of(codec, people(5, 1))
    with pytest.raises(InputError, match="expected a cosine"):
        similar_pairs(index, 1.5)
    with pytest.raises(InputError, match="most: expected at least 1"):
        similar_pairs(index, 0.5, most=0)
    told: list[int] = []
    similar_pairs(index_of(codec, people(1100, 1)), 0.9, tell=told.append)
    assert told == [512, 1024, 1100]
    assert len(similar_pairs(CodeIndex(codec), 0.5)) == 0
