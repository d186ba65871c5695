"""Chinese whispers: labels that spread along a sparse graph of alike faces."""

from __future__ import annotations

import numpy as np

from facemetric.cluster.graph import whisper
from facemetric.cluster.method import METHODS, Int64, only_threshold
from facemetric.index import Codec, CodeIndex, Edges, similar_pairs, top_k
from facemetric.types import Float32

# A person of more photographs stays connected through chains of neighbours (530 in LFW).
NEIGHBOURS = 20
EXACT_ROWS = 16_384
FIT_ROWS = 32_768


@METHODS.register("chinese-whispers")
def chinese_whispers(
    embeddings: Float32, *, threshold: float | None, n_clusters: int | None, seed: int = 0
) -> Int64:
    """Spread labels among faces that are connected at the threshold.

    The graph has an edge between two faces whose cosine reaches the threshold where at least one is
    among the other's 20 nearest (above 16,384 faces: among the 20 nearest of those before it, by
    one-byte codes); an edge weighs what it exceeds the threshold by. Memory O(N * 20); all pairs
    are compared. Single pairs of strangers still join people where there are many: choose a
    stricter threshold than for verification.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit rows.
    threshold
        Cosine of a pair that connects.
    n_clusters
        None is taken.
    seed
        Of the order in which faces are visited.

    Raises
    ------
    InputError
        The threshold is missing, or ``n_clusters`` is given.
    """
    threshold = only_threshold("chinese-whispers", threshold, n_clusters)
    edges = neighbour_edges(embeddings, threshold)
    weights = edges.similarities - np.float32(threshold)
    return whisper(edges.first, edges.second, weights, len(embeddings), seed=seed)


def neighbour_edges(embeddings: Float32, threshold: float) -> Edges:
    """Return the pairs of near neighbours whose cosine reaches a threshold."""
    if len(embeddings) > EXACT_ROWS:
        codec = Codec.fit(embeddings[:: max(len(embeddings) // FIT_ROWS, 1)])
        index = CodeIndex(codec)
        for start in range(0, len(embeddings), EXACT_ROWS):
            index.add(codec.encode(embeddings[start : start + EXACT_ROWS]))
        return similar_pairs(index, threshold, most=NEIGHBOURS)
    # One more, for a face is its own nearest.
    found, similarities = top_k(embeddings, embeddings, NEIGHBOURS + 1)
    rows = np.repeat(np.arange(len(found)), found.shape[1])
    columns, values = found.ravel(), similarities.ravel()
    kept = (values >= threshold) & (columns != rows)
    rows, columns, values = rows[kept], columns[kept], values[kept]
    low, high = np.minimum(rows, columns), np.maximum(rows, columns)
    # A pair that was found from both ends is one edge.
    _, once = np.unique(low * len(found) + high, return_index=True)
    return Edges(low[once], high[once], values[once])
