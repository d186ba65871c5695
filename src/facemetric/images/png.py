"""PNG chunks: every one that matters is checked, since Pillow does not check the pixels' sums."""

from __future__ import annotations

import struct
import zlib

from facemetric.errors import DecodeError
from facemetric.images.formats import COPY_AGAIN

_NEEDED = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"))
_USEFUL = frozenset((b"eXIf", b"tEXt", b"zTXt", b"iTXt"))
_HEAD = 8


def essential(data: bytes, *, item: str) -> bytes:
    """Return the PNG with only the chunks that decide its pixels and orientation.

    Animation, colour profiles and damaged notes are left out: none changes the first picture.

    Raises
    ------
    DecodeError
        The file ends before its ``IEND`` chunk, or a checksum is wrong.
    """
    kept = [data[:_HEAD]]
    at = _HEAD
    while True:
        if at + 12 > len(data):
            raise _damaged("truncated PNG: the file ends before the picture does", item)
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        if end > len(data):
            raise _damaged("truncated PNG: the file ends before the picture does", item)
        name = data[at + 4 : at + 8]
        if name in _NEEDED or name in _USEFUL:
            (wanted,) = struct.unpack_from(">I", data, end - 4)
            if zlib.crc32(memoryview(data)[at + 4 : end - 4]) == wanted:
                kept.append(data[at:end])
            elif name in _NEEDED:
                raise _damaged(f"corrupt PNG: wrong checksum in chunk {name.decode()}", item)
        if name == b"IEND":
            return b"".join(kept)
        at = end


def _damaged(cause: str, item: str) -> DecodeError:
    return DecodeError(cause, item=item, fix=COPY_AGAIN)
