"""Sizes and lengths that headers claim, read before Pillow's plug-ins act on them."""

from __future__ import annotations

import re
import struct

# A HEIC property "image spatial extents": box size 20, name, version and flags, width, height.
_EXTENTS = re.compile(rb"\0\0\0\x14ispe\0\0\0\0(.{4})(.{4})", re.DOTALL)


def claimed_size(data: bytes, kind: str) -> tuple[int, int] | None:
    """Return width and height for the formats whose plug-ins allocate before they tell.

    For HEIC the largest of all its parts, with the padding that the codec adds. ``None`` for other
    formats, and where the header is too short or damaged.
    """
    if kind == "GIF" and len(data) >= 10:
        width, height = struct.unpack_from("<HH", data, 6)
        return max(width, 1), max(height, 1)  # a screen of 0 × 0 grows with the first frame
    if kind == "HEIF":
        sizes = [struct.unpack(">II", b"".join(found)) for found in _EXTENTS.findall(data)]
        return max(sizes, key=lambda size: size[0] * size[1], default=None)
    if kind != "WEBP" or len(data) < 30:
        return None
    match data[12:16]:
        case b"VP8X":
            width = int.from_bytes(data[24:27], "little") + 1
            return width, int.from_bytes(data[27:30], "little") + 1
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", data, 26)
            return width & 0x3FFF, height & 0x3FFF
    return None


def is_cut_short(data: bytes, kind: str) -> bool:
    """Whether the header points behind the end of the data, where the plug-ins say so obscurely."""
    if kind == "WEBP":
        return len(data) < 20 or int.from_bytes(data[4:8], "little") + 8 > len(data)
    if kind == "TIFF" and data[2:4] in (b"*\0", b"\0*"):
        order = "<" if data[:2] == b"II" else ">"
        try:
            (start,) = struct.unpack_from(order + "I", data, 4)
            (count,) = struct.unpack_from(order + "H", data, start)
        except struct.error:
            return True
        return bool(start + 2 + 12 * count > len(data))
    return False
