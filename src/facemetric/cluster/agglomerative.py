"""Average-linkage agglomerative clustering."""

from __future__ import annotations

import numpy as np

from facemetric.cluster.linkage import link
from facemetric.cluster.method import METHODS, NUMBER, Int64, only_threshold
from facemetric.errors import InputError
from facemetric.index import neighbour_graph
from facemetric.types import Float32

MOST_PAIRS = 5000
"""Up to so many faces all pairs are held (0.4 GB)."""
NEIGHBOURS = 64


@METHODS.register("agglomerative")
def agglomerative(
    embeddings: Float32, *, threshold: float | None, n_clusters: int | None, seed: int = 0
) -> Int64:
    """Join groups while the mean cosine of all pairs between two of them reaches the threshold.

    The mean makes one pair of strangers that look alike harmless, which joins whole groups under
    single linkage. Up to 5,000 faces, and with ``n_clusters``, all N x N distances are held: 8 N^2
    bytes and more. Above, with a threshold, groups are joined along the graph of each face's 64
    nearest at the threshold (`neighbour_graph`, `link`), and 1 to 3 KB a face is enough.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit rows.
    threshold, n_clusters
        One of them: the mean cosine, or how many groups shall remain.
    seed
        Of the cells that faces are looked for in, above 200,000 of them.

    Raises
    ------
    InputError
        Both or neither of ``threshold`` and ``n_clusters`` are given.
    """
    if threshold is not None and n_clusters is not None:
        raise InputError(
            f"expected a threshold or a {NUMBER}, got {threshold} and {n_clusters}",
            item="agglomerative",
        )
    if n_clusters is None:
        threshold = only_threshold("agglomerative", threshold, n_clusters)
    if len(embeddings) == 1:
        return np.zeros(1, dtype=np.int64)
    if threshold is not None and len(embeddings) > MOST_PAIRS:
        edges = neighbour_graph(embeddings, neighbours=NEIGHBOURS, threshold=threshold, seed=seed)
        return link(edges, embeddings, threshold=threshold)
    from sklearn.cluster import AgglomerativeClustering

    # scikit-learn joins below its limit, not at it.
    limit = None if threshold is None else float(np.nextafter(max(1.0 - threshold, 0.0), 3.0))
    model = AgglomerativeClustering(
        n_clusters=n_clusters, distance_threshold=limit, metric="cosine", linkage="average"
    )
    return np.asarray(model.fit_predict(embeddings), dtype=np.int64)
