"""Groups that hold to what somebody has said of pairs of faces."""

from __future__ import annotations

from collections import deque

import numpy as np

from facemetric.cluster.agglomerative import NEIGHBOURS
from facemetric.cluster.graph import Corrections, components
from facemetric.cluster.linkage import link
from facemetric.cluster.method import Int64
from facemetric.index import neighbour_graph
from facemetric.types import Float32

NO_PAIRS = np.empty((0, 2), np.int64)


def reconcile(
    groups: Int64,
    embeddings: Float32,
    *,
    threshold: float,
    corrections: Corrections,
    seed: int = 0,
) -> Int64:
    """Change groups as little as is needed for corrections to hold.

    Groups with a pair that is one person become one. Where that, or a group itself, brings two
    together that are not the same person, its faces are grouped anew by average linkage, those
    said to be one person together from the start and those said not to be never joined.

    Parameters
    ----------
    groups
        ``int64 (N,)``, numbers from 0 to N - 1; a face alone has a number of its own.
    embeddings
        ``float32 (N, D)``, unit rows.
    threshold
        Mean cosine from which two groups are one.
    corrections
        Without contradiction: see `chain`.
    seed
        As for ``agglomerative``.

    Returns
    -------
    groups
        ``int64 (N,)``: the lowest face of each group.
    """
    count = len(groups)
    if not count:
        return groups
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    same, different = corrections.same, corrections.different
    starts = np.concatenate([np.arange(count), same[:, 0]])
    result = components(starts, np.concatenate([first[inverse], same[:, 1]]), count)
    held = result.copy()
    bad = held[different[held[different[:, 0]] == held[different[:, 1]]][:, 0]]
    for group in np.unique(bad).tolist():
        rows = np.flatnonzero(held == group)
        inside = Corrections(_within(same, rows), _within(different, rows))
        edges = neighbour_graph(
            embeddings[rows], neighbours=NEIGHBOURS, threshold=threshold, seed=seed
        )
        found = link(
            edges,
            embeddings[rows],
            threshold=threshold,
            begin=components(inside.same[:, 0], inside.same[:, 1], len(rows)),
            apart=inside.different,
        )
        result[rows] = rows[found]
    return result


def chain(first: int, second: int, same: Int64) -> list[int] | None:
    """Return how two faces are one person by what was said: from face to face, both ends included.

    The shortest way; ``None`` where there is none.
    """
    near: dict[int, list[int]] = {}
    for one, other in same.tolist():
        near.setdefault(one, []).append(other)
        near.setdefault(other, []).append(one)
    before = {first: first}
    waiting = deque([first])
    while waiting and second not in before:
        face = waiting.popleft()
        for other in near.get(face, []):
            if other not in before:
                before[other] = face
                waiting.append(other)
    if second not in before:
        return None
    way = [second]
    while way[-1] != first:
        way.append(before[way[-1]])
    return way[::-1]


def inherit(groups: Int64, labels: Int64, *, fresh: int) -> tuple[Int64, int]:
    """Give groups the labels that their faces had; return them and the next fresh label.

    Parameters
    ----------
    groups
        ``int64 (N,)``.
    labels
        ``int64 (N,)``: from before, -1 for none.
    fresh
        The first label that was never given.

    Returns
    -------
    labels, fresh
        A label goes to the group that has most of its faces, of equal ones to the first; other
        groups of two or more get fresh ones, the largest first. A face alone has -1.
    """
    result = np.full(len(groups), -1, np.int64)
    _, first, group, sizes = np.unique(
        groups, return_index=True, return_inverse=True, return_counts=True
    )
    known = (labels >= 0) & (sizes[group] > 1)
    pairs, counts = np.unique(
        np.stack([labels[known], group[known]], axis=1), axis=0, return_counts=True
    )
    given = np.full(len(sizes), -1, np.int64)
    taken: set[int] = set()
    for place in np.lexsort((first[pairs[:, 1]], -counts)).tolist():
        label, number = pairs[place].tolist()
        if given[number] < 0 and label not in taken:
            given[number] = label
            taken.add(label)
    for number in np.lexsort((first, -sizes)).tolist():
        if given[number] < 0 and sizes[number] > 1:
            given[number] = fresh
            fresh += 1
    result[:] = given[group]
    return result, fresh


def _within(pairs: Int64, rows: Int64) -> Int64:
    """Return the pairs among some sorted rows, as places among them."""
    places = np.searchsorted(rows, pairs)
    places = np.minimum(places, len(rows) - 1)
    found: Int64 = places[(rows[places] == pairs).all(axis=1)]
    return found.reshape(-1, 2)
