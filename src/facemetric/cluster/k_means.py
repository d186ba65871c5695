"""k-means."""

from __future__ import annotations

import numpy as np

from facemetric.cluster.method import METHODS, NUMBER, Int64
from facemetric.errors import InputError
from facemetric.types import Float32

_STARTS = 10


@METHODS.register("k-means")
def k_means(
    embeddings: Float32, *, threshold: float | None, n_clusters: int | None, seed: int = 0
) -> Int64:
    """Group around ``n_clusters`` means, the best of ten seeded k-means++ starts.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit rows.
    threshold
        None is taken.
    n_clusters
        How many groups.
    seed
        Of the starts.

    Raises
    ------
    InputError
        ``n_clusters`` is missing, or a threshold is given.
    """
    if n_clusters is None:
        raise InputError(
            "'k-means' needs it",
            item=NUMBER,
            fix="Pass it, or use 'auto', which needs none",
        )
    if threshold is not None:
        raise InputError(f"'k-means' takes no threshold, got {threshold}", item="threshold")
    from sklearn.cluster import KMeans

    model = KMeans(n_clusters=n_clusters, n_init=_STARTS, random_state=seed)
    return np.asarray(model.fit_predict(embeddings), dtype=np.int64)
