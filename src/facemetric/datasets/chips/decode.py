"""From a chip's bytes to pixels, as fast as damage can be told from a picture.

A 112 x 112 JPEG takes some 120 microseconds in OpenCV, and the checks of `facemetric.images` a
quarter of that. They could be made once when a source is opened, but that would decode every
picture of it, and a disk can fail later; so each reading makes them.
"""

from __future__ import annotations

from facemetric.errors import DataError
from facemetric.images import jpeg, load_image
from facemetric.images.formats import sniff
from facemetric.images.orientation import upright, upright_size
from facemetric.types import UInt8

_MOST_PIXELS = 100_000_000


def decode_chip(data: bytes, *, item: str, size_px: tuple[int, int] | None = None) -> UInt8:
    """Decode one picture to upright RGB.

    Parameters
    ----------
    data
        JPEG, PNG, WebP or another format that `facemetric.images.load_image` knows.
    item
        What errors call it.
    size_px
        Rows and columns that it must have; ``None`` for any.

    Returns
    -------
    ndarray
        ``uint8 (H, W, 3)`` RGB.

    Raises
    ------
    DecodeError
        Empty, truncated, corrupt or of an unknown format; never a partial picture.
    DataError
        Another size than ``size_px``.
    """
    if sniff(data, item=item) == "JPEG":
        header = jpeg.read_header(data, item=item)
        width, height = upright_size(header.size_px, header.orientation)
        if size_px is not None and (height, width) != size_px:
            raise other_size((height, width), size_px, item)
        if header.channels != 4 and 0 < width * height <= _MOST_PIXELS:
            pixels = jpeg.decode(data, header, factor=1, item=item)
            return upright(pixels, header.orientation)
    pixels = load_image(data, name=item, max_pixels=_MOST_PIXELS).pixels
    if size_px is not None and pixels.shape[:2] != size_px:
        raise other_size((pixels.shape[0], pixels.shape[1]), size_px, item)
    return pixels


def other_size(got: tuple[int, int], wanted: tuple[int, int], item: str) -> DataError:
    """Make the error of a picture of another size; both are rows and columns."""
    return DataError(
        f"expected {wanted[1]} × {wanted[0]} pixels (width × height), got {got[1]} × {got[0]}",
        item=item,
        fix="Cut all faces to one template first: facemetric dataset",
    )
