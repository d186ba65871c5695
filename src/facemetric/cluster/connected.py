"""Connected components of the neighbour graph."""

from __future__ import annotations

from facemetric.cluster.graph import components
from facemetric.cluster.method import METHODS, Int64, only_threshold
from facemetric.index import neighbour_graph
from facemetric.types import Float32

NEIGHBOURS = 20


@METHODS.register("components")
def connected(
    embeddings: Float32, *, threshold: float | None, n_clusters: int | None, seed: int = 0
) -> Int64:
    """Join all faces that a chain of near neighbours connects, at the threshold.

    A link counts where one of two faces is among the other's 20 nearest. One pair of strangers at
    the threshold joins two people, and in a large collection the chains reach everybody: for near
    copies of one picture, or a very strict threshold.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit rows.
    threshold
        Cosine of a pair that connects.
    n_clusters
        None is taken.
    seed
        Of the cells that faces are looked for in, above 200,000 of them.

    Raises
    ------
    InputError
        The threshold is missing, or ``n_clusters`` is given.
    """
    threshold = only_threshold("components", threshold, n_clusters)
    edges = neighbour_graph(embeddings, neighbours=NEIGHBOURS, threshold=threshold, seed=seed)
    return components(edges.first, edges.second, len(embeddings))
