"""Faces that join groups which are there already."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from facemetric.cluster.agglomerative import NEIGHBOURS
from facemetric.cluster.corrections import reconcile
from facemetric.cluster.graph import Corrections, components
from facemetric.cluster.linkage import link
from facemetric.cluster.method import Int64
from facemetric.index import neighbour_graph
from facemetric.types import Float32


def join_groups(
    embeddings: Float32,
    labels: Int64,
    *,
    threshold: float,
    corrections: Corrections,
    seed: int = 0,
    tell: Callable[[int], None] = lambda rows: None,
) -> Int64:
    """Group new faces with one another and with groups from before, by average linkage.

    New faces are compared with all, old ones not with each other again. Groups from before keep
    their faces and are never joined with one another, but where a correction says so; an old face
    that was alone may join what it is like now. With no labels, all faces are grouped.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit rows: the old faces, then the new ones.
    labels
        ``int64 (M,)``: groups of the old faces, -1 for those alone; M at most N.
    threshold
        Mean cosine from which two groups are one.
    corrections
        Hold in what is returned.
    seed
        As for ``agglomerative``.
    tell
        Called with the number of new faces that were compared.

    Returns
    -------
    groups
        ``int64 (N,)``: the lowest face of each group.
    """
    count = len(embeddings)
    edges = neighbour_graph(
        embeddings,
        neighbours=NEIGHBOURS,
        threshold=threshold,
        start=len(labels),
        seed=seed,
        tell=tell,
    )
    fixed = np.zeros(count, np.bool_)
    fixed[: len(labels)] = labels >= 0
    begin = np.arange(count)
    if fixed.any():
        rows = np.flatnonzero(fixed)
        _, first, inverse = np.unique(labels[rows], return_index=True, return_inverse=True)
        begin[rows] = rows[first[inverse]]
        begin = reconcile(
            begin, embeddings, threshold=threshold, corrections=corrections, seed=seed
        )
    found = link(
        edges,
        embeddings,
        threshold=threshold,
        begin=begin,
        apart=_closure(corrections, count),
        fixed=fixed,
    )
    return reconcile(found, embeddings, threshold=threshold, corrections=corrections, seed=seed)


def _closure(corrections: Corrections, count: int) -> Int64:
    """Return all pairs that are not the same person, by what was said of others as well."""
    person = components(corrections.same[:, 0], corrections.same[:, 1], count)
    of_person: dict[int, list[int]] = {}
    for face in np.unique(corrections.same).tolist():
        of_person.setdefault(int(person[face]), []).append(face)
    pairs = [
        (a, b)
        for one, other in corrections.different.tolist()
        for a in of_person.get(int(person[one]), [one])
        for b in of_person.get(int(person[other]), [other])
    ]
    return np.array(pairs, np.int64).reshape(-1, 2)
