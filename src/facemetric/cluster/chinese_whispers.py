"""Chinese whispers: labels that spread along a sparse graph of alike faces."""

from __future__ import annotations

import numpy as np

from facemetric.cluster.graph import whisper
from facemetric.cluster.method import METHODS, Int64, only_threshold
from facemetric.index import neighbour_graph
from facemetric.types import Float32

# A person of more photographs stays connected through chains of neighbours (530 in LFW).
NEIGHBOURS = 20


@METHODS.register("chinese-whispers")
def chinese_whispers(
    embeddings: Float32, *, threshold: float | None, n_clusters: int | None, seed: int = 0
) -> Int64:
    """Spread labels among faces that are connected at the threshold.

    The graph has an edge between two faces whose cosine reaches the threshold where at least one is
    among the other's 20 nearest (`neighbour_graph`: up to 200,000 faces all pairs are compared); an
    edge weighs what it exceeds the threshold by. Memory O(N * 20). Single pairs of strangers still
    join people where there are many: choose a stricter threshold than for verification.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit rows.
    threshold
        Cosine of a pair that connects.
    n_clusters
        None is taken.
    seed
        Of the order in which faces are visited, and of the cells above 200,000 faces.

    Raises
    ------
    InputError
        The threshold is missing, or ``n_clusters`` is given.
    """
    threshold = only_threshold("chinese-whispers", threshold, n_clusters)
    edges = neighbour_graph(embeddings, neighbours=NEIGHBOURS, threshold=threshold, seed=seed)
    weights = edges.similarities - np.float32(threshold)
    return whisper(edges.first, edges.second, weights, len(embeddings), seed=seed)
