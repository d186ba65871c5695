"""The default choice of a method."""

from __future__ import annotations

import numpy as np

from facemetric.cluster.agglomerative import agglomerative
from facemetric.cluster.chinese_whispers import chinese_whispers
from facemetric.cluster.method import METHODS, Int64
from facemetric.types import Float32

MOST_AGGLOMERATIVE = 5000
"""Up to so many faces all pairs fit into memory (0.4 GB)."""


@METHODS.register("auto")
def auto(
    embeddings: Float32, *, threshold: float | None, n_clusters: int | None, seed: int = 0
) -> Int64:
    """Group by average linkage, however many faces there are.

    Up to 5,000 faces (or with ``n_clusters``) it is ``agglomerative``. Beyond, ``chinese-whispers``
    finds groups of people, and ``agglomerative`` divides each of those that has up to 5,000 faces:
    the memory is then that of the largest group's pairs, not of all.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit rows.
    threshold, n_clusters
        One of them.
    seed
        For ``chinese-whispers``.

    Raises
    ------
    InputError
        Both or neither of ``threshold`` and ``n_clusters`` are given.
    """
    if n_clusters is not None or len(embeddings) <= MOST_AGGLOMERATIVE:
        return agglomerative(embeddings, threshold=threshold, n_clusters=n_clusters, seed=seed)
    coarse = chinese_whispers(embeddings, threshold=threshold, n_clusters=None, seed=seed)
    return _divided(coarse, embeddings, threshold, seed)


def _divided(coarse: Int64, embeddings: Float32, threshold: float | None, seed: int) -> Int64:
    order = np.argsort(coarse, kind="stable")
    starts = np.flatnonzero(np.diff(coarse[order])) + 1
    result = np.empty(len(coarse), dtype=np.int64)
    groups = 0
    for rows in np.split(order, starts):
        fine = np.zeros(len(rows), dtype=np.int64)
        if len(rows) <= MOST_AGGLOMERATIVE:
            fine = agglomerative(embeddings[rows], threshold=threshold, n_clusters=None, seed=seed)
        result[rows] = groups + fine
        groups += int(fine.max()) + 1
    return result
