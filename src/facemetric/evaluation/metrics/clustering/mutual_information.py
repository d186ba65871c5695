"""Normalised mutual information of clusters and people."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.metrics.clustering.contingency import contingency
from facemetric.types import AnyArray


def normalized_mutual_information(labels: AnyArray, clusters: AnyArray) -> float:
    """Return ``I / ((H_people + H_clusters) / 2)``, in [0, 1].

    1 where both are a single group. Strehl, Ghosh, "Cluster ensembles", 2002, with the arithmetic
    mean in the denominator (Kvålseth 1987). It rewards many small clusters: read it beside the
    adjusted Rand index. See `contingency` for the parameters and errors.
    """
    table = contingency(labels, clusters)
    if len(table.people) == len(table.clusters) == 1:
        return 1.0
    share = table.counts / table.images
    expected = (
        table.people[table.rows] / table.images * (table.clusters[table.columns] / table.images)
    )
    information = float((share * np.log(share / expected)).sum())
    mean = (_entropy(table.people) + _entropy(table.clusters)) / 2
    return min(max(information / mean, 0.0), 1.0)


def _entropy(counts: NDArray[np.int64]) -> float:
    share = counts / counts.sum()
    return float(-(share * np.log(share)).sum())
