"""Which way is up: the EXIF orientation, read without trusting the rest of the metadata."""

from __future__ import annotations

import re
import struct

import cv2

from facemetric.types import UInt8

_TAG = 0x0112
_XMP = re.compile(rb"""tiff:Orientation(?:=["']|>)([1-8])""")


def orientation_of(exif: bytes, xmp: bytes = b"") -> int:
    """Return the orientation 1 … 8 of an EXIF block (with or without its ``Exif`` header).

    Where the EXIF says nothing, XMP is asked; 1 (upright) where neither says anything valid. Only
    the one tag is read: Pillow would parse the whole block and warn about damage elsewhere in it.
    """
    value = _exif_value(exif.removeprefix(b"Exif\0\0"))
    if value is None and (found := _XMP.search(xmp)):
        value = int(found[1])
    return value or 1


def exif_of_profile(text: str) -> bytes:
    """Return the EXIF block of ImageMagick's text note: three lines, then hex; empty if damaged."""
    try:
        return bytes.fromhex("".join(text.split("\n")[3:]))
    except ValueError:
        return b""


def upright(pixels: UInt8, orientation: int) -> UInt8:
    """Turn and mirror stored pixels ``(H, W, 3)`` so that they stand as they were seen."""
    match orientation:
        case 2:
            turned = cv2.flip(pixels, 1)
        case 3:
            turned = cv2.rotate(pixels, cv2.ROTATE_180)
        case 4:
            turned = cv2.flip(pixels, 0)
        case 5:
            turned = cv2.transpose(pixels)
        case 6:
            turned = cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE)
        case 7:
            turned = cv2.rotate(cv2.transpose(pixels), cv2.ROTATE_180)
        case 8:
            turned = cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE)
        case _:
            return pixels
    result: UInt8 = turned
    return result


def upright_size(size_px: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Return width and height after ``upright``."""
    return (size_px[1], size_px[0]) if orientation >= 5 else size_px


def _exif_value(tiff: bytes) -> int | None:
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return None
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for index in range(count):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, start + 2 + 12 * index)
            if tag == _TAG:
                return value if kind == 3 and 1 <= value <= 8 else None
    except struct.error:  # the block is shorter than it claims: it says nothing
        return None
    return None
