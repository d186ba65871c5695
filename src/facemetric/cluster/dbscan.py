"""DBSCAN."""

from __future__ import annotations

import numpy as np

from facemetric.cluster.method import METHODS, Int64, distance_of, only_threshold
from facemetric.types import Float32

_CORE = 2


@METHODS.register("dbscan")
def dbscan(
    embeddings: Float32, *, threshold: float | None, n_clusters: int | None, seed: int = 0
) -> Int64:
    """Join all faces that a chain of pairs at the threshold connects; a face alone is noise.

    Two faces make a group, as a person may have only two photographs. One pair of strangers at the
    threshold joins two people: choose a much stricter one than for verification.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit rows.
    threshold
        Cosine of a pair that connects.
    n_clusters
        None is taken.
    seed
        Not used: nothing is drawn.

    Raises
    ------
    InputError
        The threshold is missing, or ``n_clusters`` is given.
    """
    threshold = only_threshold("dbscan", threshold, n_clusters)
    from sklearn.cluster import DBSCAN

    model = DBSCAN(eps=max(distance_of(threshold), 1e-6), min_samples=_CORE)
    return np.asarray(model.fit_predict(embeddings), dtype=np.int64)
