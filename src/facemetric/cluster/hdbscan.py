"""HDBSCAN."""

from __future__ import annotations

import numpy as np

from facemetric.cluster.method import METHODS, Int64, distance_of, only_threshold
from facemetric.types import Float32

_SMALLEST = 2


@METHODS.register("hdbscan")
def hdbscan(
    embeddings: Float32, *, threshold: float | None, n_clusters: int | None, seed: int = 0
) -> Int64:
    """Group by density, whatever density each group has; a face in no group is noise.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit rows.
    threshold
        Cosine from which faces are not split into several groups; ``None`` leaves splits to the
        densities alone.
    n_clusters
        None is taken.
    seed
        Not used: nothing is drawn.

    Raises
    ------
    InputError
        ``n_clusters`` is given.
    """
    together = 0.0
    if threshold is not None or n_clusters is not None:
        together = distance_of(only_threshold("hdbscan", threshold, n_clusters))
    if len(embeddings) == 1:
        return np.full(1, -1, dtype=np.int64)
    from sklearn.cluster import HDBSCAN

    model = HDBSCAN(
        min_cluster_size=_SMALLEST,
        cluster_selection_epsilon=together,
        # Otherwise a collection of one person has no group at all.
        allow_single_cluster=True,
        copy=True,
    )
    return np.asarray(model.fit_predict(embeddings), dtype=np.int64)
