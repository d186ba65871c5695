"""Rows in cells of alike ones, so that most rows need not be compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.index.in_order import in_order
from facemetric.types import Float32

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

ROUNDS = 6
SAMPLE_PER_CELL = 48
ROWS_AT_ONCE = 2048


@dataclass(frozen=True, eq=False, slots=True)
class Cells:
    """Centres that rows belong to: the inverted lists of Jégou et al. (PAMI 2011), without codes.

    Attributes
    ----------
    centres
        ``float32 (C, D)``.
    """

    centres: Float32

    @classmethod
    def fit(cls, vectors: Float32, cells: int, *, seed: int, threads: int | None = None) -> Cells:
        """Find centres by k-means on a sample, beginning with ``cells`` rows that are drawn."""
        draws = np.random.default_rng(seed)
        size = min(len(vectors), SAMPLE_PER_CELL * cells)
        sample = vectors[np.sort(draws.permutation(len(vectors))[:size])]
        centres = sample[np.sort(draws.permutation(size)[:cells])].copy()
        for _ in range(ROUNDS):
            found = cls(centres).nearest(sample, 1, threads=threads)[:, 0]
            order = np.argsort(found, kind="stable")
            sizes = np.bincount(found, minlength=cells)
            filled = sizes > 0
            first = (np.cumsum(sizes) - sizes)[filled]
            # A centre that nobody is near stays where it was.
            centres[filled] = np.add.reduceat(sample[order], first) / sizes[filled, None]
        return cls(centres)

    def nearest(self, vectors: Float32, count: int, *, threads: int | None = None) -> Int32:
        """Return the ``count`` centres nearest to each row, ``int32 (N, count)``, best first."""
        half_squares = (self.centres**2).sum(axis=1) / 2

        def chosen(start: int) -> Int64:
            # Falls with the squared distance.
            closeness = vectors[start : start + ROWS_AT_ONCE] @ self.centres.T - half_squares
            if count == 1:
                one: Int64 = closeness.argmax(axis=1)
                return one[:, None]
            best = np.argpartition(closeness, -count, axis=1)[:, -count:]
            order = np.argsort(-np.take_along_axis(closeness, best, axis=1), axis=1)
            found: Int64 = np.take_along_axis(best, order, axis=1)
            return found

        result = np.empty((len(vectors), count), np.int32)
        starts = range(0, len(vectors), ROWS_AT_ONCE)
        for start, part in zip(starts, in_order(chosen, starts, threads=threads), strict=True):
            result[start : start + ROWS_AT_ONCE] = part
        return result
