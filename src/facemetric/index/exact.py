"""Exact search: every query against every vector by matrix product."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.types import Float32, Float64, check_embeddings

QUERY_BLOCK = 256
VECTOR_BLOCK = 32_768
PAIR_BLOCK = 65_536
FEW_QUERIES = 2

Int64 = NDArray[np.int64]


def top_k(queries: Float32, vectors: Float32, k: int) -> tuple[Int64, Float32]:
    """Return the ``k`` most similar rows of ``vectors`` for each query, the best first.

    Candidates are found by a single-precision matrix product, in blocks, and compared again in
    double precision, so that the answer does not depend on blocks, threads or the row's place;
    rows of equal similarity stand in the order of their index.

    Parameters
    ----------
    queries
        ``float32 (Q, D)``, unit norm.
    vectors
        ``float32 (N, D)``, unit norm.
    k
        How many rows to return; at least 1. Fewer come where ``vectors`` has fewer.

    Returns
    -------
    indices, similarities
        ``int64 (Q, min(k, N))`` and ``float32 (Q, min(k, N))``.

    Raises
    ------
    InputError
        Where shapes disagree, ``k`` is below 1 or a value is not finite.
    """
    check_embeddings(queries, name="queries")
    if vectors.ndim != 2 or vectors.shape[1] != queries.shape[1]:
        raise InputError(
            f"expected (N, {queries.shape[1]}) as in queries, got {vectors.shape}", item="vectors"
        )
    if k < 1:
        raise InputError(f"expected at least 1, got {k}", item="k")
    count = min(k, len(vectors))
    indices = np.empty((len(queries), count), dtype=np.int64)
    similarities = np.empty((len(queries), count), dtype=np.float32)
    if count:
        for start in range(0, len(queries), QUERY_BLOCK):
            part = slice(start, start + QUERY_BLOCK)
            indices[part], similarities[part] = _search(queries[part], vectors, count)
    return indices, similarities


def _search(queries: Float32, vectors: Float32, k: int) -> tuple[Int64, Float32]:
    found_rows = np.empty(0, dtype=np.int64)
    found_cols = np.empty(0, dtype=np.int64)
    found_sims = np.empty(0, dtype=np.float32)
    floor = np.full(len(queries), -np.inf, dtype=np.float32)
    # Twice the bound on the rounding error of a dot product of two unit vectors.
    slack = 2 * queries.shape[1] * np.finfo(np.float32).eps
    for start in range(0, len(vectors), VECTOR_BLOCK):
        block = vectors[start : start + VECTOR_BLOCK]
        products = _products(queries, block)
        # One value that is not finite makes the whole sum so.
        if not np.isfinite(products.sum(axis=1)).all():
            raise InputError("not finite", item="vectors")
        if np.isneginf(floor).any() and len(block) > k:
            own = np.partition(products, len(block) - k, axis=1)[:, len(block) - k]
            floor = np.maximum(floor, own - slack)
        rows, cols = np.nonzero(products >= floor[:, None])
        sims = _similarities(queries, block, rows, cols)
        found_rows, found_cols, found_sims = _best(
            np.concatenate([found_rows, rows]),
            np.concatenate([found_cols, cols + start]),
            np.concatenate([found_sims, sims]),
            k,
        )
        if len(found_sims) == len(queries) * k:
            floor = found_sims.reshape(-1, k)[:, -1] - slack
    return found_cols.reshape(-1, k), found_sims.reshape(-1, k)


def _products(queries: Float32, block: Float32) -> Float32:
    """Dot products of all pairs, in single precision."""
    if len(queries) > FEW_QUERIES:
        result: Float32 = queries @ block.T
        return result
    # As quick as the linear algebra library for so few, whose threads would wait for one another:
    # where others work beside, that takes longer than the products.
    few: Float32 = np.einsum("qd,nd->qn", queries, block)
    return few


def _similarities(queries: Float32, vectors: Float32, rows: Int64, cols: Int64) -> Float32:
    """Dot products of chosen pairs, summed in double precision in one fixed order."""
    result = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), PAIR_BLOCK):
        part = slice(start, start + PAIR_BLOCK)
        left: Float64 = queries[rows[part]].astype(np.float64)
        result[part] = (left * vectors[cols[part]]).sum(axis=1)
    return result


def _best(rows: Int64, cols: Int64, sims: Float32, k: int) -> tuple[Int64, Int64, Float32]:
    """Keep the first ``k`` pairs of each row, by falling similarity, then by rising column."""
    order = np.lexsort((cols, -sims, rows))
    rows, cols, sims = rows[order], cols[order], sims[order]
    rank = np.arange(len(rows)) - np.searchsorted(rows, rows, side="left")
    kept = rank < k
    return rows[kept], cols[kept], sims[kept]
