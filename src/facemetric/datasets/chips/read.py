"""A picture of any source, decoded only where it is not already."""

from __future__ import annotations

from facemetric.datasets.chips.decode import decode_chip, other_size
from facemetric.datasets.chips.decoded import DecodedChips
from facemetric.datasets.chips.merge import MergedSource
from facemetric.datasets.chips.source import ChipSource
from facemetric.datasets.chips.subset import SubsetSource
from facemetric.types import UInt8


def read_chip(source: ChipSource, row: int, *, size_px: tuple[int, int] | None = None) -> UInt8:
    """Return one picture of a source; parameters and errors as `decode_chip`.

    Where the source, or the one that it is a part of, is `DecodedChips`, the picture is a view of
    its array that cannot be written to.
    """
    while isinstance(source, SubsetSource | MergedSource):
        source, row = source.origin(row)
    if not isinstance(source, DecodedChips):
        return decode_chip(source.encoded(row), item=source.item(row), size_px=size_px)
    pixels: UInt8 = source.pixels[row]
    if size_px is not None and pixels.shape[:2] != size_px:
        raise other_size((pixels.shape[0], pixels.shape[1]), size_px, source.item(row))
    return pixels
