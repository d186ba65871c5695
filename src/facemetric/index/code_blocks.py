"""Rows of codes that grow in place, in blocks that never move."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.types import UInt8

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

BLOCK_ROWS = 1 << 16


class CodeBlocks:
    """``uint8 (N, D)`` in blocks of 65,536 rows, some of them removed.

    One array would be copied, and for a moment stand in memory twice, whenever it is full. A
    block may be a read-only view of a file; it is copied when one of its rows is removed.

    Parameters
    ----------
    dim
        D.
    """

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self._blocks: list[UInt8] = []
        self._count = 0
        self._dead: Bool | None = None

    def __len__(self) -> int:
        return self._count

    @property
    def nbytes(self) -> int:
        """Bytes of all blocks."""
        return sum(block.nbytes for block in self._blocks)

    def append(self, codes: UInt8) -> None:
        """Add rows behind the last one; InputError where they are not ``uint8 (n, D)``."""
        if codes.dtype != np.uint8 or codes.ndim != 2 or codes.shape[1] != self.dim:
            raise InputError(
                f"expected uint8 (N, {self.dim}), got {codes.dtype} {codes.shape}", item="codes"
            )
        if self._dead is not None:
            self._dead = np.concatenate([self._dead, np.zeros(len(codes), np.bool_)])
        taken = 0
        while taken < len(codes):
            inside = self._count % BLOCK_ROWS
            left = len(codes) - taken
            if inside == 0 and left >= BLOCK_ROWS and not codes.flags.writeable:
                # Nobody can change it behind our back: a view of a file stays one.
                self._blocks.append(codes[taken : taken + BLOCK_ROWS])
                step = BLOCK_ROWS
            else:
                if inside == 0:
                    self._blocks.append(np.zeros((BLOCK_ROWS, self.dim), np.uint8))
                step = min(left, BLOCK_ROWS - inside)
                self._blocks[-1][inside : inside + step] = codes[taken : taken + step]
            taken += step
            self._count += step

    def remove(self, rows: Int64) -> None:
        """Overwrite rows with zeros and note that they are gone."""
        if not len(rows):
            return
        if self._dead is None:
            self._dead = np.zeros(self._count, np.bool_)
        self._dead[rows] = True
        for number in np.unique(rows // BLOCK_ROWS).tolist():
            block = self._blocks[number]
            if not block.flags.writeable:
                block = self._blocks[number] = block.copy()
            block[rows[rows // BLOCK_ROWS == number] % BLOCK_ROWS] = 0

    def alive(self) -> Bool | None:
        """Return which rows are there, ``bool (N,)``; ``None`` where all are."""
        return None if self._dead is None else ~self._dead

    def take(self, rows: Int64) -> UInt8:
        """Return a copy of some rows."""
        taken = np.empty((len(rows), self.dim), np.uint8)
        numbers, inside = rows // BLOCK_ROWS, rows % BLOCK_ROWS
        for number in np.unique(numbers).tolist():
            own = numbers == number
            taken[own] = self._blocks[number][inside[own]]
        return taken

    def parts(self, size: int) -> Iterator[tuple[int, UInt8]]:
        """Yield all rows in order, at most ``size`` at a time, each part with its first row."""
        for number, block in enumerate(self._blocks):
            first = number * BLOCK_ROWS
            filled = min(len(block), self._count - first)
            for start in range(0, filled, size):
                yield first + start, block[start : min(start + size, filled)]
