"""HDBSCAN on the neighbour graph, where all distances would be too many."""

from __future__ import annotations

from typing import Any

import numpy as np

from facemetric.cluster.method import Int64
from facemetric.index import Edges, neighbour_graph
from facemetric.types import Float32, Float64

NEIGHBOURS = 32
FARTHEST = 2.0
"""Distance of opposite unit vectors: what joins the parts of a graph that hangs not together."""
SHORTEST = 1e-6
"""Stands for no distance, which a sparse matrix takes for no edge."""
SAMPLED = 1024
PER_NEIGHBOUR = 8


def hdbscan_on_graph(embeddings: Float32, *, smallest: int, seed: int) -> Int64:
    """Group by density along the graph of near neighbours; noise is -1.

    With groups of two, HDBSCAN needs no more of the distances than their minimum spanning tree. It
    is taken from the graph of each face's 32 nearest, of those pairs that are among the closest
    ``256 N`` of all (estimated on a sample); parts without a link are joined by the longest
    distance that there is. Campello, Moulavi, Sander, "Density-based clustering based on
    hierarchical density estimates" (PAKDD 2013).

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit rows.
    smallest
        Fewest faces of a group, at least 2.
    seed
        Of the sample, and of the cells that faces are looked for in, above 200,000 of them.
    """
    from sklearn.cluster import HDBSCAN

    edges = neighbour_graph(
        embeddings, neighbours=NEIGHBOURS, threshold=_floor(embeddings, seed), seed=seed
    )
    tree = _tree(edges, len(embeddings))
    # One neighbour, the nearest, as in the tree that HDBSCAN builds itself for groups of two.
    model = HDBSCAN(min_cluster_size=smallest, min_samples=1, metric="precomputed", copy=True)
    return np.asarray(model.fit_predict(tree), dtype=np.int64)


def _floor(embeddings: Float32, seed: int) -> float:
    """Return a cosine that some 256 others of a face reach, in the mean."""
    draws = np.random.default_rng(seed)
    count = len(embeddings)
    one, other = (embeddings[draws.integers(0, count, SAMPLED)] for _ in range(2))
    share = min(PER_NEIGHBOUR * NEIGHBOURS / count, 1.0)
    return float(np.clip(np.quantile(one @ other.T, 1 - share), -1.0, 1.0))


def _tree(edges: Edges, nodes: int) -> Any:
    """Return the minimum spanning tree, a symmetric sparse matrix of Euclidean distances."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

    squares = 2.0 - 2.0 * edges.similarities.astype(np.float64)
    distances: Float64 = np.sqrt(np.maximum(squares, SHORTEST**2))
    shape = (nodes, nodes)
    graph = coo_array((distances, (edges.first, edges.second)), shape=shape).tocsr()
    _, parts = connected_components(graph, directed=False)
    _, leaders = np.unique(parts, return_index=True)
    forest = minimum_spanning_tree(graph).tocoo()
    first = np.concatenate([forest.row, leaders[:-1]])
    second = np.concatenate([forest.col, leaders[1:]])
    distances = np.concatenate([forest.data, np.full(len(leaders) - 1, FARTHEST)])
    both = (np.concatenate([first, second]), np.concatenate([second, first]))
    return coo_array((np.concatenate([distances, distances]), both), shape=shape).tocsr()
