"""The best rows of each query, as integer sums come in part after part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

GROUP = 32
LOWEST = np.iinfo(np.int32).min
"""Stands for a row that must not be found."""


class Best:
    """Keeps the ``count`` highest sums of every query, the lower row first among equal ones.

    Most sums are far below what is kept. One maximum over every 32 rows, which the processor
    takes at the speed of the cache, leaves only the few groups to look into that hold more.

    Parameters
    ----------
    queries
        How many.
    count
        Rows to keep of each.
    floor
        ``int32 (Q,)``: the lowest sums that count; any where it is left out.
    """

    def __init__(self, queries: int, count: int, *, floor: Int32 | None = None) -> None:
        self._count = count
        self._limit = 4 * count * queries
        self._floor = np.full(queries, LOWEST + 1, np.int32) if floor is None else floor.copy()
        self._rows: list[Int64] = []
        self._owners: list[Int64] = []
        self._sums: list[Int32] = []
        self._held = 0

    def offer(self, sums: Int32, rows: Int64 | int) -> None:
        """Look at ``int32 (n, Q)`` of ``rows``, or of those from ``rows`` on."""
        n, queries = sums.shape
        whole = n - n % GROUP
        if whole:
            self._offer_groups(sums[:whole].reshape(GROUP, whole // GROUP, queries), rows)
        if whole < n:
            places, owners = np.nonzero(sums[whole:] >= self._floor)
            self._keep(rows, places + whole, owners, sums[whole:][places, owners])

    def _offer_groups(self, groups: Int32, rows: Int64 | int) -> None:
        highest = groups.max(axis=0)
        size = len(highest)
        if self._held == 0 and size > self._count:
            # So many groups have a row of this height, so the kept ones are no lower.
            kept = np.partition(highest, size - self._count, axis=0)[size - self._count]
            np.maximum(self._floor, kept, out=self._floor)
        places, owners = np.nonzero(highest >= self._floor)
        inside = groups[:, places, owners]
        members, pairs = np.nonzero(inside >= self._floor[owners])
        self._keep(rows, members * size + places[pairs], owners[pairs], inside[members, pairs])

    def pairs(self) -> tuple[Int64, Int64]:
        """Return rows and queries of all that is kept, query by query."""
        if not self._rows:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        self._prune()
        return np.concatenate(self._rows), np.concatenate(self._owners)

    def _keep(self, rows: Int64 | int, places: Int64, owners: Int64, sums: Int32) -> None:
        self._rows.append(places + rows if isinstance(rows, int) else rows[places])
        self._owners.append(owners)
        self._sums.append(sums)
        self._held += len(sums)
        if self._held > self._limit:
            self._prune()
            self._limit = max(self._limit, 2 * self._held)

    def _prune(self) -> None:
        rows, owners = np.concatenate(self._rows), np.concatenate(self._owners)
        sums = np.concatenate(self._sums)
        order = np.lexsort((rows, -sums.astype(np.int64), owners))
        rows, owners, sums = rows[order], owners[order], sums[order]
        rank = np.arange(len(rows)) - np.searchsorted(owners, owners, side="left")
        kept = rank < self._count
        last = rank == self._count - 1
        self._floor[owners[last]] = np.maximum(self._floor[owners[last]], sums[last])
        self._rows, self._owners, self._sums = [rows[kept]], [owners[kept]], [sums[kept]]
        self._held = int(kept.sum())
