"""MXNet's image header: the first words of many records at once.

A record's data begin ``flag (uint32), label (float32), id (uint64), id2 (uint64)``; where ``flag``
is not 0, that many float32 labels follow and replace ``label``. The encoded picture comes after.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.chips.positional import PositionalFile
from facemetric.datasets.chips.recordio import DAMAGED, MAGIC
from facemetric.errors import DataError
from facemetric.types import AnyArray

HEADER = struct.Struct("<IfQQ")

_WORDS = 10  # magic, length, header of six, two labels
_AT_ONCE = 1 << 18


@dataclass(frozen=True, eq=False, slots=True)
class RecordHeads:
    """The heads of ``R`` records.

    Attributes
    ----------
    length
        ``int64 (R,)``: bytes of the data, or of their first part.
    flag
        ``int64 (R,)``: number of labels in the array behind the header, 0 for none.
    labels
        ``float32 (R, 2)``: the first two labels; the second is 0 where there is one.
    """

    length: NDArray[np.int64]
    flag: NDArray[np.int64]
    labels: NDArray[np.float32]

    @property
    def bare(self) -> NDArray[np.bool_]:
        """``bool (R,)``: whether at least two labels are all that the record holds."""
        whole = self.length == HEADER.size + 4 * self.flag
        result: NDArray[np.bool_] = whole & (self.flag >= 2)
        return result


def read_heads(file: PositionalFile, offsets: AnyArray, keys: AnyArray) -> RecordHeads:
    """Read the heads of the records at ``offsets`` ``(R,)``; ``keys`` name them in errors.

    Raises
    ------
    DataError
        No record begins there, or it is too short for its header.
    """
    words = np.memmap(file.path, "<u4", "r", shape=(file.size_bytes // 4,))
    parts = [
        _read(words, offsets[at : at + _AT_ONCE], keys[at : at + _AT_ONCE], str(file.path))
        for at in range(0, len(offsets), _AT_ONCE)
    ]
    return RecordHeads(
        np.concatenate([part.length for part in parts]) if parts else np.empty(0, np.int64),
        np.concatenate([part.flag for part in parts]) if parts else np.empty(0, np.int64),
        np.concatenate([part.labels for part in parts]) if parts else np.empty((0, 2), np.float32),
    )


def _read(words: AnyArray, offsets: AnyArray, keys: AnyArray, name: str) -> RecordHeads:
    # What a record at the very end lacks is read from its own last word and masked below.
    places = (offsets // 4)[:, None] + np.arange(_WORDS)
    heads = words[np.minimum(places, len(words) - 1)]
    room = 4 * (len(words) - offsets // 4) - 8
    length = (heads[:, 1] & ((1 << 29) - 1)).astype(np.int64)
    flag = heads[:, 2].astype(np.int64)
    stray = np.flatnonzero(heads[:, 0] != MAGIC)
    if len(stray):
        raise DataError(
            f"expected a record (0x{MAGIC:08x}) at {offsets[stray[0]]:,}, got "
            f"0x{heads[stray[0], 0]:08x}",
            item=f"{name}, record {keys[stray[0]]}",
            fix=DAMAGED,
        )
    listed = np.minimum(flag, 2)
    short = np.flatnonzero((length < HEADER.size + 4 * listed) | (room < HEADER.size + 4 * listed))
    if len(short):
        raise DataError(
            f"expected a header of {HEADER.size} bytes and its labels, got "
            f"{min(length[short[0]], max(room[short[0]], 0))} bytes",
            item=f"{name}, record {keys[short[0]]}",
            fix=DAMAGED,
        )
    labels = np.zeros((len(heads), 2), np.float32)
    floats = np.ascontiguousarray(heads).view("<f4")
    labels[:, 0] = np.where(flag > 0, floats[:, 8], floats[:, 3])
    labels[:, 1] = np.where(flag > 1, floats[:, 9], 0)
    return RecordHeads(length, flag, labels)
