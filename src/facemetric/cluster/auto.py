"""The default choice of a method."""

from __future__ import annotations

from facemetric.cluster.agglomerative import agglomerative
from facemetric.cluster.method import METHODS, Int64
from facemetric.types import Float32


@METHODS.register("auto")
def auto(
    embeddings: Float32, *, threshold: float | None, n_clusters: int | None, seed: int = 0
) -> Int64:
    """Group by average linkage, however many faces there are: it is ``agglomerative``.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit rows.
    threshold, n_clusters
        One of them.
    seed
        As there.

    Raises
    ------
    InputError
        Both or neither of ``threshold`` and ``n_clusters`` are given.
    """
    return agglomerative(embeddings, threshold=threshold, n_clusters=n_clusters, seed=seed)
