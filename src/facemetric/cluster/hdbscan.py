"""HDBSCAN."""

from __future__ import annotations

import numpy as np

from facemetric.cluster.density import hdbscan_on_graph
from facemetric.cluster.method import METHODS, Int64, only_threshold
from facemetric.index import top_k
from facemetric.types import Float32

_SMALLEST = 2
MOST_DENSE = 5000
"""Up to so many faces scikit-learn compares all pairs itself."""


@METHODS.register("hdbscan")
def hdbscan(
    embeddings: Float32, *, threshold: float | None, n_clusters: int | None, seed: int = 0
) -> Int64:
    """Group by density, whatever density each group has; a face in no group is noise.

    Above 5,000 faces, on the graph of each face's nearest (`hdbscan_on_graph`). Not for photographs
    of one person only: densities tell groups apart, and need several.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit rows.
    threshold
        Cosine that every face must reach with some other of its group, or be noise; ``None`` leaves
        all to the densities. It splits no group and joins none.
    n_clusters
        None is taken.
    seed
        Of a sample, above 5,000 faces.

    Raises
    ------
    InputError
        ``n_clusters`` is given.
    """
    if n_clusters is not None:
        only_threshold("hdbscan", threshold, n_clusters)
    if len(embeddings) == 1:
        return np.full(1, -1, dtype=np.int64)
    if len(embeddings) > MOST_DENSE:
        labels = hdbscan_on_graph(embeddings, smallest=_SMALLEST, seed=seed)
    else:
        from sklearn.cluster import HDBSCAN

        # Not cluster_selection_epsilon: it chains strangers, and fails in scikit-learn 1.9.
        model = HDBSCAN(min_cluster_size=_SMALLEST, copy=True)
        labels = np.asarray(model.fit_predict(embeddings), dtype=np.int64)
    labels[labels < 0] = -1
    return labels if threshold is None else _without_loose_ends(labels, embeddings, threshold)


def _without_loose_ends(labels: Int64, embeddings: Float32, threshold: float) -> Int64:
    result = labels.copy()
    for group in range(int(labels.max(initial=-1)) + 1):
        rows = np.flatnonzero(labels == group)
        nearest = top_k(embeddings[rows], embeddings[rows], 2)[1][:, 1]
        result[rows[nearest < threshold]] = -1
    return result
