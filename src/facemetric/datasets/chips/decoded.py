"""A small source decoded once and held in memory."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.chips.decode import decode_chip
from facemetric.datasets.chips.source import ChipSource
from facemetric.errors import InputError
from facemetric.types import UInt8

LIMIT_BYTES = 4 << 30
_AT_ONCE = 256


class DecodedChips:
    """All pictures of a source in one array, so that no epoch decodes them again.

    Parameters
    ----------
    source
        Pictures of one size.
    size_px
        Rows and columns; ``None`` for those of the first picture.
    limit_bytes
        Most bytes that the array may take.
    threads
        Pictures decoded at once.
    on_progress
        Called with the number of pictures done, from the calling thread.

    Raises
    ------
    InputError
        The array would be larger than ``limit_bytes``, or an option is out of range.
    DataError
        A picture has another size, or cannot be read.
    DecodeError
        A picture is damaged.
    """

    def __init__(
        self,
        source: ChipSource,
        *,
        size_px: tuple[int, int] | None = None,
        limit_bytes: int = LIMIT_BYTES,
        threads: int = 4,
        on_progress: Callable[[int], None] | None = None,
    ) -> None:
        if threads < 1:
            raise InputError(f"expected at least 1, got {threads}", item="threads")
        if not len(source):
            raise InputError("expected pictures, got none", item="source")
        rows, columns = size_px or _decode(source, 0).shape[:2]
        needed = len(source) * rows * columns * 3
        if needed > limit_bytes:
            raise InputError(
                f"{len(source):,} pictures of {columns} × {rows} need {needed:,} bytes, allowed "
                f"are {limit_bytes:,}",
                item="limit_bytes",
                fix="Allow more, or decode them while training",
            )
        self.source = source
        self.pixels: UInt8 = np.empty((len(source), rows, columns, 3), np.uint8)
        """``uint8 (N, H, W, 3)`` RGB, not to be written to."""

        def fill(row: int) -> None:
            self.pixels[row] = _decode(source, row, size_px=(rows, columns))

        with ThreadPoolExecutor(threads) as pool:
            for start in range(0, len(source), _AT_ONCE):
                stop = min(start + _AT_ONCE, len(source))
                for _ in pool.map(fill, range(start, stop)):
                    pass
                if on_progress is not None:
                    on_progress(stop)
        self.pixels.flags.writeable = False

    @property
    def names(self) -> tuple[str, ...]:
        """The different people, sorted as text."""
        return self.source.names

    @property
    def labels(self) -> NDArray[np.int64]:
        """``int64 (N,)``: the row of each picture's person in ``names``."""
        return self.source.labels

    @property
    def found(self) -> NDArray[np.bool_]:
        """``bool (N,)``: False where no face was detected and a stand-in area was cut out."""
        return self.source.found

    def __len__(self) -> int:
        return len(self.source)

    def encoded(self, row: int) -> bytes:
        """Return a picture's bytes from the source."""
        return self.source.encoded(row)

    def item(self, row: int) -> str:
        """Return what errors call a picture."""
        return self.source.item(row)


def _decode(source: ChipSource, row: int, *, size_px: tuple[int, int] | None = None) -> UInt8:
    return decode_chip(source.encoded(row), item=source.item(row), size_px=size_px)
