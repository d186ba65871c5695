"""Chinese whispers: labels that spread along a sparse graph of alike faces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facemetric.cluster.method import METHODS, Int64, only_threshold
from facemetric.index import top_k
from facemetric.types import Float32

# A person of more photographs stays connected through chains of neighbours (530 in LFW).
_NEIGHBOURS = 20
_ROUNDS = 30


@METHODS.register("chinese-whispers")
def chinese_whispers(
    embeddings: Float32, *, threshold: float | None, n_clusters: int | None, seed: int = 0
) -> Int64:
    """Spread labels among faces that are connected at the threshold.

    The graph has an edge between two faces whose cosine reaches the threshold where at least one is
    among the other's 20 nearest; an edge weighs what it exceeds the threshold by. Memory O(N * 20);
    the search compares all pairs, a block at a time. Single pairs of strangers still join people
    where there are many: choose a stricter threshold than for verification.

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
    # One more, for a face is its own nearest.
    found, similarities = top_k(embeddings, embeddings, _NEIGHBOURS + 1)
    rows = np.repeat(np.arange(len(found)), found.shape[1])
    columns, values = found.ravel(), similarities.ravel()
    kept = (values >= threshold) & (columns != rows)
    rows, columns, values = rows[kept], columns[kept], values[kept]
    low, high = np.minimum(rows, columns), np.maximum(rows, columns)
    # A pair that was found from both ends is one edge.
    _, once = np.unique(low * len(found) + high, return_index=True)
    return whisper(low[once], high[once], values[once] - threshold, len(found), seed=seed)


def whisper(
    starts: Sequence[int] | Int64,
    ends: Sequence[int] | Int64,
    weights: Sequence[float] | Float32,
    nodes: int,
    *,
    seed: int = 0,
) -> Int64:
    """Run Chinese whispers on a graph.

    Every node begins with its own label. In each round the nodes are visited in a random order, and
    each takes the label of the largest total weight among its neighbours; of equal ones its own
    where that is among them, else one drawn (a fixed choice would flood the graph). It ends with
    the first round without a change, or after 30.

    Parameters
    ----------
    starts, ends
        Edges, each once, in either direction.
    weights
        One a edge.
    nodes
        How many nodes there are.
    seed
        Of the order of visits, and of what is drawn.

    Returns
    -------
    labels
        ``int64 (nodes,)``, each the number of some node of the group.

    Notes
    -----
    Biemann, "Chinese whispers: an efficient graph clustering algorithm" (TextGraphs 2006).
    """
    neighbours: list[list[tuple[int, float]]] = [[] for _ in range(nodes)]
    for start, end, weight in zip(
        np.asarray(starts).tolist(), np.asarray(ends).tolist(), np.asarray(weights).tolist(),
        strict=True,
    ):  # fmt: skip
        neighbours[start].append((end, weight))
        neighbours[end].append((start, weight))
    labels = list(range(nodes))
    rng = np.random.default_rng(seed)
    for _ in range(_ROUNDS):
        changed = False
        for node in rng.permutation(nodes).tolist():
            if not neighbours[node]:
                continue
            votes: dict[int, float] = {}
            for other, weight in neighbours[node]:
                votes[labels[other]] = votes.get(labels[other], 0.0) + weight
            most = max(votes.values())
            if votes.get(labels[node]) != most:
                equal = sorted(label for label, vote in votes.items() if vote == most)
                labels[node] = equal[int(rng.random() * len(equal))]
                changed = True
        if not changed:
            break
    return np.array(labels, dtype=np.int64)
