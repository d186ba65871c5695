"""Rows in cells of alike ones, so that most rows need not be compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.types import Float32

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

ROUNDS = 6
SAMPLE_PER_CELL = 48
ROWS_AT_ONCE = 4096


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
    def fit(cls, vectors: Float32, cells: int, *, seed: int) -> Cells:
        """Find centres by k-means on a sample, beginning with ``cells`` rows that are drawn."""
        draws = np.random.default_rng(seed)
        size = min(len(vectors), SAMPLE_PER_CELL * cells)
        sample = vectors[np.sort(draws.permutation(len(vectors))[:size])]
        centres = sample[np.sort(draws.permutation(size)[:cells])].copy()
        for _ in range(ROUNDS):
            found = cls(centres).nearest(sample, 1)[:, 0]
            order = np.argsort(found, kind="stable")
            sizes = np.bincount(found, minlength=cells)
            filled = sizes > 0
            first = (np.cumsum(sizes) - sizes)[filled]
            # A centre that nobody is near stays where it was.
            centres[filled] = np.add.reduceat(sample[order], first) / sizes[filled, None]
        return cls(centres)

    def nearest(self, vectors: Float32, count: int) -> Int32:
        """Return the ``count`` centres nearest to each row, ``int32 (N, count)``, best first."""
        half_squares = (self.centres**2).sum(axis=1) / 2
        result = np.empty((len(vectors), count), np.int32)
        for start in range(0, len(vectors), ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            # Falls with the squared distance.
            closeness = vectors[part] @ self.centres.T - half_squares
            if count == 1:
                result[part, 0] = closeness.argmax(axis=1)
                continue
            chosen = np.argpartition(closeness, -count, axis=1)[:, -count:]
            order = np.argsort(-np.take_along_axis(closeness, chosen, axis=1), axis=1)
            result[part] = np.take_along_axis(chosen, order, axis=1)
        return result
