"""MXNet's RecordIO container: records with a magic word and a length, and a text index of them.

Format (dmlc-core, ``recordio.h``): each part is ``magic, flag << 29 | length, data``, padded to
four bytes, little-endian. Data that hold the magic word at a multiple of four are cut there: the
parts carry flags 1, 2 … 2, 3, and the word between two parts is left out.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.chips.positional import PositionalFile
from facemetric.datasets.listing import read_text
from facemetric.errors import DataError

MAGIC = 0xCED7230A
WHOLE, FIRST, MIDDLE, LAST = range(4)
DAMAGED = "It is damaged: copy it again from its source"

_HEAD = struct.Struct("<II")
_MAGIC_BYTES = struct.pack("<I", MAGIC)
_LENGTH_BITS = 29
_LENGTH_MASK = (1 << _LENGTH_BITS) - 1
_GUESS_BYTES = 32 << 10
_LINE = re.compile(r"[0-9]{1,18}[ \t]+[0-9]{1,18}[ \t\r]*")
_INDEX = re.compile(rf"(?:{_LINE.pattern}\n)*{_LINE.pattern}")


def read_record(file: PositionalFile, at: int, *, most_bytes: int, item: str) -> bytes:
    """Return the data of the record at an offset, its parts joined.

    Parameters
    ----------
    most_bytes
        Bytes up to the next record or the end of the file, as far as known: one read suffices.

    Raises
    ------
    DataError
        No record begins there, its parts do not follow each other, or the file ends in it.
    """
    head = file.read(at, max(min(most_bytes, _GUESS_BYTES), _HEAD.size), item=item)
    flag, length = _parse(head, item)
    if flag == WHOLE:
        if len(head) >= _HEAD.size + length:
            return head[_HEAD.size : _HEAD.size + length]
        return file.read(at + _HEAD.size, length, item=item)
    if flag != FIRST:
        raise DataError("a record begins in its middle", item=item, fix=DAMAGED)
    parts: list[bytes] = []
    while True:
        parts.append(file.read(at + _HEAD.size, length, item=item))
        if flag == LAST:
            return _MAGIC_BYTES.join(parts)
        at += part_bytes(length)
        flag, length = _parse(file.read(at, _HEAD.size, item=item), item)
        if flag not in (MIDDLE, LAST):
            raise DataError("a record begins inside another", item=item, fix=DAMAGED)


def part_bytes(length: int) -> int:
    """Return the bytes that a part of this length takes in the file."""
    return _HEAD.size + (length + 3) // 4 * 4


def find_records(file: PositionalFile) -> NDArray[np.int64]:
    """Return the offset of each record: ``int64 (R,)``, by reading all the heads in order.

    Raises
    ------
    DataError
        Something else than a record follows a record, or the file ends in one.
    """
    offsets: list[int] = []
    at = 0
    while at < file.size_bytes:
        item = f"{file.path}, offset {at:,}"
        flag, length = _parse(file.read(at, _HEAD.size, item=item), item)
        if flag in (WHOLE, FIRST):
            offsets.append(at)
        at += part_bytes(length)
        if at > file.size_bytes:
            raise DataError("the file ends inside a record", item=item, fix=DAMAGED)
    return np.array(offsets, np.int64)


def read_index(path: Path, *, file: PositionalFile) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Read an ``.idx`` file: keys and offsets, ``int64 (R,)`` each, in the order of the keys.

    Raises
    ------
    DataError
        A line is no key and offset, a key occurs twice, or an offset is none of a record in
        ``file``.
    """
    keys, offsets = _columns(read_text(path, what="the index").rstrip(), path)
    outside = np.flatnonzero((offsets % 4 != 0) | (offsets + _HEAD.size > file.size_bytes))
    if len(outside):
        raise DataError(
            f"no record can begin at {offsets[outside[0]]:,} of the {file.size_bytes:,} bytes of "
            f"{file.path.name}",
            item=f"{path}, line {outside[0] + 1}",
            fix="The two files do not belong together, or one is damaged",
        )
    order = np.argsort(keys, kind="stable")
    keys, offsets = keys[order], offsets[order]
    twice = np.flatnonzero(keys[1:] == keys[:-1])
    if len(twice):
        raise DataError(
            f"key {keys[twice[0]]} occurs twice", item=f"{path}, line {order[twice[0] + 1] + 1}"
        )
    return keys, offsets


def _columns(text: str, path: Path) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if not text:
        raise DataError("the index is empty", item=str(path))
    if _INDEX.fullmatch(text) is None:
        for number, line in enumerate(text.split("\n"), start=1):
            if _LINE.fullmatch(line) is None:
                raise DataError(
                    f"expected a key and an offset, got {line[:80]!r}",
                    item=f"{path}, line {number}",
                )
    table: NDArray[np.int64] = np.fromstring(text, np.int64, sep=" ").reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _parse(head: bytes, item: str) -> tuple[int, int]:
    magic, word = _HEAD.unpack_from(head)
    if magic != MAGIC:
        raise DataError(
            f"expected a record (0x{MAGIC:08x}), got 0x{magic:08x}", item=item, fix=DAMAGED
        )
    flag = word >> _LENGTH_BITS
    if flag > LAST:
        raise DataError(f"a record's flag is {flag}, of 0 to 3", item=item, fix=DAMAGED)
    return flag, word & _LENGTH_MASK
