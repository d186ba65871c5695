"""The one call: embeddings in, labels out, the same numbering for every method."""

from __future__ import annotations

import numpy as np

from facemetric.cluster.method import METHODS, NUMBER, Int64
from facemetric.decide import unit_rows
from facemetric.errors import InputError
from facemetric.types import AnyArray


def cluster(
    embeddings: AnyArray,
    *,
    method: str = "auto",
    threshold: float | None = None,
    n_clusters: int | None = None,
    seed: int = 0,
) -> Int64:
    """Group embeddings by person.

    Parameters
    ----------
    embeddings
        ``float (N, D)``, unit rows.
    method
        A name in ``METHODS``. ``"auto"`` needs no number of people.
    threshold
        Cosine from which two faces count as the same person, in [-1, 1]; for every method but
        ``"k-means"``.
    n_clusters
        Number of people, for ``"k-means"``, ``"agglomerative"`` and ``"auto"``; the last two take
        it in place of a threshold.
    seed
        For the methods that draw.

    Returns
    -------
    labels
        ``int64 (N,)``: 0 is the largest group, and of equal ones that which appears first. A face
        alone is a group of its own, save for ``"dbscan"`` and ``"hdbscan"``, which call it noise:
        -1.

    Raises
    ------
    InputError
        The embeddings are not unit vectors, or a method lacks its threshold or number of clusters,
        or got what it does not take.
    UnknownNameError
        No such method.
    """
    chosen = METHODS[method]
    units = unit_rows(np.asarray(embeddings), name="embeddings").astype(np.float32)
    if threshold is not None and not -1 <= threshold <= 1:
        raise InputError(f"expected a cosine in [-1, 1], got {threshold}", item="threshold")
    if n_clusters is not None and not 1 <= n_clusters <= max(len(units), 1):
        raise InputError(
            f"expected 1 to {len(units)}, the number of faces, got {n_clusters}",
            item=NUMBER,
        )
    if not len(units):
        return np.empty(0, dtype=np.int64)
    return renumber(chosen(units, threshold=threshold, n_clusters=n_clusters, seed=seed))


def renumber(labels: AnyArray) -> Int64:
    """Renumber groups by falling size, then by first appearance; -1 stays."""
    result = np.full(len(labels), -1, dtype=np.int64)
    kept = labels >= 0
    _, first, inverse, sizes = np.unique(
        labels[kept], return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -sizes))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    result[kept] = rank[inverse]
    return result
