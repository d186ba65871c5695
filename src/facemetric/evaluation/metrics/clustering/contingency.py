"""How many images of each person are in each cluster: what every clustering figure needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.impostors import check_labels
from facemetric.types import AnyArray

ALONE = -1
"""The cluster of images that stand alone: each one a cluster of its own."""


@dataclass(frozen=True, eq=False, slots=True)
class Contingency:
    """The occupied cells of the table of people against clusters.

    Attributes
    ----------
    counts
        ``int64 (C,)``: images in each cell.
    rows, columns
        ``int64 (C,)``: the person and the cluster of each cell.
    people, clusters
        ``int64 (P,)`` and ``(K,)``: images of each person and in each cluster.
    """

    counts: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    people: NDArray[np.int64]
    clusters: NDArray[np.int64]

    @property
    def images(self) -> int:
        """How many images there are."""
        return int(self.counts.sum())


def contingency(labels: AnyArray, clusters: AnyArray) -> Contingency:
    """Return the table of ``labels`` (``int (N,)``, people) and ``clusters`` (``int (N,)``).

    Cluster -1 means alone: each such image is a cluster of its own.

    Raises
    ------
    InputError
        The shapes disagree, or there are no images.
    """
    found = np.asarray(clusters)
    people = check_labels(labels, len(found) if found.ndim else 0)
    groups = check_labels(found, len(people)).copy()
    if not len(groups):
        raise InputError("expected at least one image", item="clusters")
    alone = groups == ALONE
    groups[alone] = groups.max() + 1 + np.arange(alone.sum())
    row, column = (np.unique(values, return_inverse=True)[1] for values in (people, groups))
    width = int(column.max()) + 1
    cells, counts = np.unique(row * width + column, return_counts=True)
    return Contingency(counts, cells // width, cells % width, np.bincount(row), np.bincount(column))
