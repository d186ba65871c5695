"""PNG chunks: every one that matters is checked, since Pillow does not check the pixels' sums."""

from __future__ import annotations

import struct
import zlib

from facemetric.errors import DecodeError
from facemetric.images.formats import COPY_AGAIN

_NEEDED = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"))
_USEFUL = frozenset((b"eXIf", b"tEXt", b"zTXt", b"iTXt"))
_HEAD = 8
_CHUNK = 1 << 20
_SAMPLES = {2: 3, 4: 2, 6: 4}
# Left, top, step across, step down of the seven passes.
_ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


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


def is_complete(data: bytes) -> bool:
    """Whether the pixels' stream is as long as the header wants, for a PNG from ``essential``.

    Pillow leaves black what a stream that ends early does not fill.
    """
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    bits = depth * _SAMPLES.get(colour, 1)
    wanted = 0
    for left, top, across, down in _ADAM7 if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            wanted += rows * (1 + -(-columns * bits // 8))
    inflate = zlib.decompressobj()
    at = _HEAD
    while at < len(data) and wanted > 0:
        (length,) = struct.unpack_from(">I", data, at)
        rest = data[at + 8 : at + 8 + length] if data[at + 4 : at + 8] == b"IDAT" else b""
        while rest and wanted > 0:
            wanted -= len(inflate.decompress(rest, _CHUNK))
            rest = b"" if inflate.eof else inflate.unconsumed_tail
        at += 12 + length
    return wanted <= 0


def _damaged(cause: str, item: str) -> DecodeError:
    return DecodeError(cause, item=item, fix=COPY_AGAIN)
