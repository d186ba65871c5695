"""The pixel limit, applied to what a header claims before anything is decoded."""

from __future__ import annotations

from facemetric.errors import DecodeError, PixelLimitError

# No encoding of a picture needs more: 16-bit RGBA is 8 bytes a pixel, the rest is metadata.
_BYTES_PER_PIXEL = 8
_METADATA_BYTES = 64 << 20


def check_size(size_px: tuple[int, int], *, max_pixels: int, item: str) -> None:
    """Refuse a width and height that are empty or more than ``max_pixels`` together.

    Raises
    ------
    PixelLimitError
        Too many pixels.
    DecodeError
        Width or height is 0.
    """
    width, height = size_px
    if width < 1 or height < 1:
        raise DecodeError(f"the header claims {width} × {height} pixels", item=item)
    if width * height > max_pixels:
        raise PixelLimitError(
            f"expected at most {max_pixels:,} pixels, the header claims {width:,} × {height:,}",
            item=item,
            fix="Make the picture smaller, or raise max_pixels if it can be trusted",
        )


def check_file_size(size_bytes: int, *, max_pixels: int, item: str) -> None:
    """Refuse a file that is larger than any picture of ``max_pixels`` can be.

    Raises
    ------
    PixelLimitError
        Too many bytes.
    """
    most = max_pixels * _BYTES_PER_PIXEL + _METADATA_BYTES
    if size_bytes > most:
        raise PixelLimitError(
            f"expected at most {most:,} bytes for {max_pixels:,} pixels, got {size_bytes:,}",
            item=item,
            fix="Make the picture smaller, or raise max_pixels if it can be trusted",
        )
