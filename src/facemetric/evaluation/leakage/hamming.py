"""Pairs of 64-bit fingerprints that differ in few bits, found by comparing all of them in blocks.

A block stays in a core's cache, so that a comparison takes less than a nanosecond: 20,000 × 20,000
a third of a second; time grows with the product. Tables of bands (multi-index hashing) do not
pay: at 12 of 64 bits they would have to look into hundreds of buckets for each fingerprint.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.types import UInt8

Fingerprints = NDArray[np.uint64]
_ROWS, _COLUMNS = 64, 4096


@dataclass(frozen=True, eq=False, slots=True)
class NearBits:
    """Pairs of rows and the bits in which they differ.

    Attributes
    ----------
    rows
        ``int64 (K, 2)``: a row of the first set and one of the second.
    bits
        ``int64 (K,)``: in the version of the two in which they differ least.
    """

    rows: NDArray[np.int64]
    bits: NDArray[np.int64]


def near_bits(
    versions: Sequence[tuple[Fingerprints, Fingerprints]],
    *,
    most_bits: int,
    one_set: bool = False,
) -> Iterator[NearBits]:
    """Yield the pairs that differ in at most ``most_bits`` bits, some rows of the first at a time.

    Parameters
    ----------
    versions
        Fingerprints ``uint64 (N,)`` and ``uint64 (M,)`` of two sets; where there are several
        versions of them, a pair counts that is near in any.
    most_bits
        From 0.
    one_set
        Whether both are the same set in the same order: then a pair is looked at once, the lower
        row first, and never a row with itself.

    Raises
    ------
    InputError
        The shapes disagree.
    """
    shapes = {(first.shape, second.shape) for first, second in versions}
    if len(shapes) != 1 or any(len(shape) != 1 for pair in shapes for shape in pair):
        raise InputError(
            f"expected uint64 (N,) and (M,) in each version, got {sorted(shapes)}", item="versions"
        )
    if most_bits < 0:
        raise InputError(f"expected at least 0, got {most_bits}", item="most_bits")
    (((count,), (other_count,)),) = shapes
    for top in range(0, count, _ROWS):
        rows: list[NDArray[np.int64]] = []
        bits: list[NDArray[np.int64]] = []
        for left in range(top if one_set else 0, other_count, _COLUMNS):
            apart = _least_apart(versions, slice(top, top + _ROWS), slice(left, left + _COLUMNS))
            flat = np.flatnonzero(apart <= most_bits)
            if len(flat):
                i, j = np.divmod(flat, apart.shape[1])
                rows.append(np.stack([i + top, j + left], 1))
                bits.append(apart.ravel()[flat].astype(np.int64))
        if rows:
            pairs, distances = np.concatenate(rows), np.concatenate(bits)
            kept = pairs[:, 0] < pairs[:, 1] if one_set else np.ones(len(pairs), np.bool_)
            if kept.any():
                yield NearBits(pairs[kept], distances[kept])


def _least_apart(
    versions: Sequence[tuple[Fingerprints, Fingerprints]], rows: slice, columns: slice
) -> UInt8:
    least: UInt8 | None = None
    for first, second in versions:
        apart = ones(first[rows, None] ^ second[None, columns])
        least = apart if least is None else np.minimum(least, apart, out=least)
    assert least is not None
    return least


def ones(values: Fingerprints) -> UInt8:
    """Return how many bits of each are set, ``uint8`` of the same shape."""
    if hasattr(np, "bitwise_count"):
        return np.asarray(np.bitwise_count(values), np.uint8)
    # NumPy 1: pairs of bits, then fours, then eights, and their sum in the top byte.
    two, four, eight, every = (
        np.uint64(mask)
        for mask in (0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F, 0x0101010101010101)
    )
    sums = values - ((values >> np.uint64(1)) & two)
    sums = (sums & four) + ((sums >> np.uint64(2)) & four)
    sums = (sums + (sums >> np.uint64(4))) & eight
    return np.asarray((sums * every) >> np.uint64(56), np.uint8)
