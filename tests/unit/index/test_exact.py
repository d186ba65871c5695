from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from facemetric.errors import InputError
from facemetric.index import exact, top_k


def unit(seed: int, count: int, dim: int) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(count, dim))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def spelled_out(
    queries: np.ndarray, vectors: np.ndarray, k: int
) -> tuple[list[list[int]], list[list[float]]]:
    rows, sims = [], []
    for query in queries:
        products = [np.float32((query.astype(float) * vector).sum()) for vector in vectors]
        best = sorted(range(len(vectors)), key=lambda row: (-products[row], row))[:k]
        rows.append(best)
        sims.append([products[row] for row in best])
    return rows, sims


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 60),
    distinct=st.integers(1, 60),
    queries=st.integers(0, 9),
    dim=st.integers(1, 20),
    k=st.integers(1, 70),
    block=st.integers(1, 30),
)
def test_equals_an_explicit_loop_ties_included(
    seed: int, count: int, distinct: int, queries: int, dim: int, k: int, block: int
) -> None:
    rng = np.random.default_rng(seed)
    vectors = unit(seed, distinct, dim)[rng.integers(0, distinct, count)]
    asked = unit(seed + 1, queries, dim)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "VECTOR_BLOCK", block)
        patch.setattr(exact, "QUERY_BLOCK", 4)
        patch.setattr(exact, "PAIR_BLOCK", 7)
        rows, sims = top_k(asked, vectors, k)
    assert rows.dtype == np.int64
    assert sims.dtype == np.float32
    assert rows.shape == sims.shape == (queries, min(k, count))
    wanted_rows, wanted_sims = spelled_out(asked, vectors, k)
    assert rows.tolist() == wanted_rows
    assert sims.tolist() == wanted_sims


def test_agrees_with_scikit_learn_over_several_blocks() -> None:
    vectors, queries = unit(0, 70_000, 32), unit(1, 300, 32)
    rows, sims = top_k(queries, vectors, 10)
    peer = NearestNeighbors(n_neighbors=10, metric="cosine", algorithm="brute").fit(vectors)
    distances, peer_rows = peer.kneighbors(queries)
    np.testing.assert_allclose(sims, 1 - distances, atol=2e-6)
    # Where two are as good as equal, scikit-learn's order is arbitrary.
    assert (rows == peer_rows).mean() > 0.999


def test_equal_vectors_come_in_the_order_of_their_index() -> None:
    vectors = np.repeat(unit(2, 1, 128), 50_000, axis=0)
    rows, _ = top_k(vectors[:1], vectors, 5)
    assert rows.tolist() == [[0, 1, 2, 3, 4]]


def test_fewer_vectors_than_asked_for() -> None:
    rows, sims = top_k(unit(0, 2, 4), np.empty((0, 4), dtype=np.float32), 3)
    assert rows.shape == sims.shape == (2, 0)


def test_wrong_arguments_are_refused() -> None:
    vectors = unit(0, 5, 4)
    with pytest.raises(InputError, match=r"vectors: expected \(N, 4\) as in queries, got \(5, 3\)"):
        top_k(vectors, vectors[:, :3], 1)
    with pytest.raises(InputError, match="queries: expected float"):
        top_k(vectors[0], vectors, 1)
    with pytest.raises(InputError, match="k: expected at least 1, got 0"):
        top_k(vectors, vectors, 0)
    for bad in (np.nan, np.inf, -np.inf):
        broken = vectors.copy()
        broken[3, 1] = bad
        with pytest.raises(InputError, match="vectors: not finite"):
            top_k(vectors, broken, 1)
