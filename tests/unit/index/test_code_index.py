"""Search over codes, against decoding them all and comparing in double precision."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.index import Codec, CodeIndex, top_k
from facemetric.index.code_blocks import BLOCK_ROWS

DIM = 32


def unit(count: int, seed: int, dim: int = DIM) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((count, dim)) + np.linspace(-1, 1, dim)  # a mean, as dlib's
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def codec() -> Codec:
    return Codec.fit(unit(5000, 99))


def index_of(codec: Codec, vectors: np.ndarray) -> CodeIndex:
    index = CodeIndex(codec, threads=1)
    index.add(codec.encode(vectors))
    return index


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(1, 400),
    queries=st.integers(1, 5),
    k=st.integers(1, 12),
    seed=st.integers(0, 2**32 - 1),
    gone=st.floats(0, 1),
    hidden=st.floats(0, 1),
)
def test_it_is_the_search_over_decoded_codes(
    codec: Codec, count: int, queries: int, k: int, seed: int, gone: float, hidden: float
) -> None:
    rng = np.random.default_rng(seed)
    vectors = unit(count, seed)
    vectors[rng.integers(0, count, count // 4)] = vectors[0]  # ties
    index = index_of(codec, vectors)
    decoded = codec.decode(index.codes(np.arange(count)))
    dead = np.flatnonzero(rng.random(count) < gone)
    index.remove(dead)
    allowed = rng.random(count) >= hidden
    there = allowed.copy()
    there[dead] = False
    wanted = unit(queries, seed + 1)

    rows, similarities = index.search(wanted, k, allowed=allowed)
    left = np.flatnonzero(there)
    if not len(left):
        assert rows.shape == similarities.shape == (queries, 0)
        return
    best, cosines = top_k(wanted, decoded[left], k)
    # Rows within the rounding of the query of each other may change places at the end.
    np.testing.assert_allclose(similarities, cosines, atol=2e-3)
    assert (rows[:, 0] == left[best[:, 0]]).all()
    if len(left) <= 2 * k + 16:
        np.testing.assert_array_equal(rows, left[best])
        np.testing.assert_array_equal(similarities, cosines)


def test_blocks_are_filled_one_after_another(codec: Codec) -> None:
    vectors = unit(2 * BLOCK_ROWS + 100, 3)
    codes = codec.encode(vectors)
    index = CodeIndex(codec, threads=1)
    view = codes.copy()
    view.setflags(write=False)
    for part in np.split(view, [10, BLOCK_ROWS, 2 * BLOCK_ROWS]):
        index.add(part)
    assert len(index) == len(codes)
    np.testing.assert_array_equal(index.codes(np.arange(len(codes))), codes)
    queries = vectors[[0, 9, 10, BLOCK_ROWS - 1, BLOCK_ROWS, 2 * BLOCK_ROWS, len(codes) - 1]]
    rows, _ = index.search(queries, 1)
    assert rows[:, 0].tolist() == [0, 9, 10, BLOCK_ROWS - 1, BLOCK_ROWS, 2 * BLOCK_ROWS, 131171]

    index.remove(np.array([9, BLOCK_ROWS + 5]))
    assert (view == codes).all()
    assert not index.codes(np.array([9, BLOCK_ROWS + 5])).any()
    found, _ = index.search(vectors[[9, BLOCK_ROWS + 5]], 1)
    assert found[0, 0] != 9 and found[1, 0] != BLOCK_ROWS + 5


def test_many_rows_and_queries_at_once(codec: Codec) -> None:
    vectors, queries = unit(20_000, 5), unit(300, 6)
    index = index_of(codec, vectors)
    rows, similarities = index.search(queries, 10)
    best, cosines = top_k(queries, codec.decode(codec.encode(vectors)), 10)
    np.testing.assert_allclose(similarities, cosines, atol=1e-6)
    np.testing.assert_array_equal(rows, best)


def test_rows_in_order_of_height_do_not_fill_memory(codec: Codec) -> None:
    # Every part has better rows than all before: the worst case for the running floor.
    query = unit(1, 7)
    vectors = unit(30_000, 8)
    vectors = vectors[np.argsort(vectors @ query[0])]
    rows, _ = index_of(codec, vectors).search(query, 5)
    best, _ = top_k(query, codec.decode(codec.encode(vectors)), 5)
    np.testing.assert_array_equal(rows, best)


def test_what_does_not_fit_is_refused(codec: Codec) -> None:
    index = index_of(codec, unit(5, 1))
    with pytest.raises(InputError, match="expected uint8"):
        index.add(np.zeros((2, DIM + 1), np.uint8))
    with pytest.raises(InputError, match=r"expected float \(N, 32\)"):
        index.search(unit(1, 1, dim=8), 1)
    with pytest.raises(InputError, match="expected at least 1"):
        index.search(unit(1, 1), 0)
    with pytest.raises(InputError, match=r"allowed: expected bool \(5,\)"):
        index.search(unit(1, 1), 1, allowed=np.ones(4, np.bool_))
