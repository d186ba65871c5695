"""The default choice of a method."""

from __future__ import annotations

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
    """Choose ``agglomerative`` for up to 5,000 faces, ``chinese-whispers`` for more.

    With ``n_clusters`` it is ``agglomerative`` however many faces there are, which is the only one
    of the two that takes it.

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
    method = (
        agglomerative
        if n_clusters is not None or len(embeddings) <= MOST_AGGLOMERATIVE
        else chinese_whispers
    )
    return method(embeddings, threshold=threshold, n_clusters=n_clusters, seed=seed)
