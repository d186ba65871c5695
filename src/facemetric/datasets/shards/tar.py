"""Tar archives, as far as shards need them: headers written alike each time, headers read quickly.

POSIX ustar (IEEE Std 1003.1, "pax", ustar interchange format), with pax and GNU long names on
reading. Nothing is extracted: a member's name is text, never a path.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from facemetric.errors import DataError, InputError

BLOCK = 512
_END = bytes(BLOCK)
_FILE = frozenset(b"0\x007")
_PAX, _PAX_GLOBAL, _GNU_NAME = ord("x"), ord("g"), ord("L")
_MOST_NAME_BYTES = 1 << 20
_AGAIN = "Copy the shard again, or write it again"


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive.

    Attributes
    ----------
    name
        As it stands in the archive; never to be used as a path.
    offset
        Where its bytes begin in the archive.
    size
        How many bytes it has.
    """

    name: str
    offset: int
    size: int


def tar_entry(name: str, data: bytes) -> bytes:
    """Return the header and the padded bytes of one file: the same for the same input.

    Raises
    ------
    InputError
        The name is too long for ustar, or not ASCII.
    """
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.mode = 0o644
    try:
        header = info.tobuf(tarfile.USTAR_FORMAT, encoding="ascii", errors="strict")
    except (ValueError, UnicodeEncodeError) as error:
        raise InputError(f"the name does not fit a tar header: {error}", item=name) from error
    return header + data + bytes(-len(data) % BLOCK)


def tar_end() -> bytes:
    """Return what closes an archive: two blocks of zeros."""
    return _END + _END


def read_members(path: Path) -> Iterator[Member]:
    """Yield the files of an archive in order, reading headers alone.

    Raises
    ------
    DataError
        The archive cannot be read, is cut off, or a header is damaged; shard and offset are named.
    """
    try:
        with path.open("rb") as stream:
            yield from _members(stream, path, path.stat().st_size)
    except OSError as error:
        raise DataError(f"the shard cannot be read: {error.strerror}", item=str(path)) from error


def _members(stream: BinaryIO, path: Path, end: int) -> Iterator[Member]:
    at = 0
    long_name: str | None = None
    long_size: int | None = None
    while True:
        stream.seek(at)
        header = stream.read(BLOCK)
        if header == _END:
            return
        if len(header) < BLOCK:
            raise damaged(path, at, "the shard is cut off: its end is missing")
        size, name, kind = _parsed(header, path, at)
        if long_size is not None and kind in _FILE:
            size = long_size
        body, at = at + BLOCK, at + BLOCK + size + -size % BLOCK
        if body + size > end:
            raise damaged(path, body, f"the shard is cut off: {size:,} bytes are announced here")
        if kind in (_PAX, _PAX_GLOBAL, _GNU_NAME):
            if size > _MOST_NAME_BYTES:
                raise damaged(path, body - BLOCK, f"a name of {size:,} bytes")
            text = stream.read(size)
            if kind == _GNU_NAME:
                long_name = text.rstrip(b"\0").decode(errors="surrogateescape")
            elif kind == _PAX:
                values = _pax(text, path, body)
                long_name = values.get("path", long_name)
                long_size = _pax_size(values, path, body)
            continue
        if kind in _FILE:
            yield Member(name if long_name is None else long_name, body, size)
        long_name = long_size = None


def _parsed(header: bytes, path: Path, at: int) -> tuple[int, str, int]:
    """Return size, name and type of one header."""
    announced = _octal(header[148:156])
    # The sum counts its own field as blanks.
    if announced is None or announced != sum(header) - sum(header[148:156]) + 8 * 32:
        raise damaged(path, at, "expected a tar header, its checksum is wrong")
    size = _octal(header[124:136])
    if size is None:
        raise damaged(path, at, "the size in a header is no number")
    name = header[:100].split(b"\0", 1)[0]
    prefix = header[345:500].split(b"\0", 1)[0]
    if header[257:263] == b"ustar\0" and prefix:
        name = prefix + b"/" + name
    return size, name.decode(errors="surrogateescape"), header[156]


def _octal(field: bytes) -> int | None:
    if field[0] == 0x80:  # GNU: a large number in binary
        return int.from_bytes(field[1:], "big")
    text = field.strip(b" \0")
    if not text:
        return 0
    return int(text, 8) if all(48 <= digit < 56 for digit in text) else None


def _pax(text: bytes, path: Path, at: int) -> dict[str, str]:
    """Read records of a length, a blank, ``key=value`` and a line feed."""
    values: dict[str, str] = {}
    place = 0
    while place < len(text):
        blank = text.find(b" ", place)
        digits = text[place:blank]
        if blank < 0 or not digits.isdigit() or len(digits) > 9 or not int(digits):
            raise damaged(path, at + place, "an extended header is damaged")
        key, _, value = text[blank + 1 : place + int(digits) - 1].partition(b"=")
        values[key.decode(errors="replace")] = value.decode(errors="surrogateescape")
        place += int(digits)
    return values


def _pax_size(values: dict[str, str], path: Path, at: int) -> int | None:
    text = values.get("size")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise damaged(path, at, "the size in an extended header is no number")
    return int(text)


def damaged(path: Path, offset: int, cause: str) -> DataError:
    """Return the error of a damaged shard, which says where."""
    return DataError(cause, item=f"{path}, offset {offset}", fix=_AGAIN)
