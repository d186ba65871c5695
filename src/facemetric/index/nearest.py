"""The nearest rows of each row, as pairs come in part after part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemetric.index.pairs import Edges
from facemetric.types import Float32

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
UInt64 = NDArray[np.uint64]

HELD_PER_ROW = 8
"""Pairs that wait, a row, before the worst of them are thrown away; and at least so many:"""
HELD = 1 << 22


class Nearest:
    """Keeps, of all directed pairs that it is shown, the ``count`` most similar of each row.

    A pair must be shown once a direction.

    Parameters
    ----------
    rows
        How many rows there are.
    count
        Neighbours to keep of each.
    threshold
        Pairs below it are not shown.
    """

    def __init__(self, rows: int, count: int, *, threshold: float) -> None:
        self._count = count
        self._floor = np.full(rows, threshold, np.float32)
        self._limit = max(min(count, HELD_PER_ROW) * rows, HELD)
        self._parts: list[tuple[Int32, Int32, Float32]] = []
        self._held = 0

    def offer(self, rows: Int64, others: Int64, similarities: Float32) -> None:
        """Show pairs: ``others[i]`` is a neighbour of ``rows[i]``."""
        kept = similarities >= self._floor[rows]
        self._parts.append(
            (rows[kept].astype(np.int32), others[kept].astype(np.int32), similarities[kept])
        )
        self._held += len(self._parts[-1][0])
        if self._held > self._limit:
            self._prune()
            self._limit = max(self._limit, 2 * self._held)

    def edges(self) -> Edges:
        """Return all that is kept, each pair once, sorted by its rows."""
        self._prune()
        rows, others, similarities = self._parts.pop()
        self._held = 0
        low, high = np.minimum(rows, others), np.maximum(rows, others)
        keys = (low.astype(np.uint64) << np.uint64(32)) | high.astype(np.uint64)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        order = order[np.r_[True, keys[1:] != keys[:-1]][: len(keys)]]
        return Edges(low[order].astype(np.int64), high[order].astype(np.int64), similarities[order])

    def _prune(self) -> None:
        if not self._parts:
            nothing = np.empty(0, np.int32)
            self._parts = [(nothing, nothing, np.empty(0, np.float32))]
        rows, others, similarities = (
            np.concatenate(part) for part in zip(*self._parts, strict=True)
        )
        order = np.argsort(_descending(rows, similarities))
        rows = rows[order]
        # Where each row begins, hence each pair's place among those of its row.
        first = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]][: len(rows)])
        lengths = np.diff(np.r_[first, len(rows)])
        rank = np.arange(len(rows)) - np.repeat(first, lengths)
        last = order[rank == self._count - 1]
        self._floor[rows[rank == self._count - 1]] = similarities[last]
        kept = rank < self._count
        order = order[kept]
        self._parts = [(rows[kept], others[order], similarities[order])]
        self._held = len(order)


def _descending(rows: Int32, similarities: Float32) -> UInt64:
    """Return keys that sort by row, then from the highest similarity down."""
    bits = similarities.view(np.uint32)
    # The bits of positive floats rise with the value; those of negative ones fall.
    negative = (bits >> np.uint32(31)).astype(np.bool_)
    rising = np.where(negative, ~bits, bits | np.uint32(1 << 31))
    return (rows.astype(np.uint64) << np.uint64(32)) | (~rising).astype(np.uint64)
