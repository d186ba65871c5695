"""The same picture twice: identical files, then near fingerprints, then the pictures laid over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.leakage.hamming import NearBits, near_bits
from facemetric.evaluation.leakage.perceptual_hash import perceptual_hashes
from facemetric.evaluation.leakage.registration import registered_correlation
from facemetric.evaluation.leakage.thumbnails import Thumbnails
from facemetric.types import AnyArray, Float32

MOST_BITS = 12
"""Bits of 64 in which the fingerprints of two candidates may differ."""
LEAST_CORRELATION = 0.97
"""Of two thumbnails laid on each other; see docs/explanation/leakage.md for where it comes from."""
LEAST_CONTRAST = 3.0
"""Standard deviation in grey levels below which a picture is too flat to be told from others."""
# A second version without its border makes up for one of the two having been cut.
_BORDER = 0.03
_BATCH = 2048  # candidates
_FIELDS = ("rows", "identical", "mirrored", "bits", "correlations")


@dataclass(frozen=True, eq=False, slots=True)
class SamePictures:
    """Pairs of photographs that are one picture.

    Attributes
    ----------
    rows
        ``int64 (K, 2)``, sorted: rows of the first and the second set.
    identical
        ``bool (K,)``: the files are the same, byte for byte.
    mirrored
        ``bool (K,)``: left and right are exchanged.
    bits
        ``int64 (K,)``: in which the fingerprints differ.
    correlations
        ``float32 (K,)``: of the thumbnails laid on each other; 1 where the files are identical.
    """

    rows: NDArray[np.int64]
    identical: NDArray[np.bool_]
    mirrored: NDArray[np.bool_]
    bits: NDArray[np.int64]
    correlations: Float32

    def __len__(self) -> int:
        return len(self.rows)


def same_pictures(
    first: Thumbnails,
    second: Thumbnails | None = None,
    *,
    groups: AnyArray | None = None,
    most_bits: int = MOST_BITS,
    least_correlation: float = LEAST_CORRELATION,
) -> SamePictures:
    """Find the photographs that are one picture: recompressed, resized, trimmed or mirrored too.

    Parameters
    ----------
    first, second
        Two sets, or one that is compared with itself.
    groups
        ``int (N,)`` for a set compared with itself: pairs within one group are passed over.
    most_bits, least_correlation
        See `MOST_BITS` and `LEAST_CORRELATION`.

    Raises
    ------
    InputError
        ``groups`` has another length, or is given with two sets.
    """
    if groups is not None and (second is not None or len(groups) != len(first)):
        raise InputError(
            f"expected one number for each of {len(first)} photographs of one set, got "
            f"{len(groups)}",
            item="groups",
        )
    other = first if second is None else second
    parts = [_identical(first, other, one_set=second is None)]
    for mirrored in (False, True):
        for rows, bits in _candidates(first, second, mirrored=mirrored, most_bits=most_bits):
            kept = _apart(rows, groups)
            rows, bits = rows[kept], bits[kept]
            grey = other.grey[rows[:, 1]]
            likeness = registered_correlation(
                first.grey[rows[:, 0]], grey[:, :, ::-1] if mirrored else grey
            )
            alike = likeness >= least_correlation
            parts.append(_similar(rows[alike], bits[alike], likeness[alike], mirrored=mirrored))
    found = _joined(parts)
    return _taken(found, _apart(found.rows, groups))


def too_flat(pictures: Thumbnails) -> NDArray[np.bool_]:
    """Return ``bool (N,)``: readable, but with too little contrast to be told from others."""
    contrast = pictures.grey.astype(np.float32).std(axis=(1, 2))
    return np.asarray(pictures.readable & (contrast < LEAST_CONTRAST))


def _candidates(
    first: Thumbnails, second: Thumbnails | None, *, mirrored: bool, most_bits: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield rows and bits of the pairs whose fingerprints are near, whole or without a border."""
    other = first if second is None else second
    kept, other_kept = (
        np.flatnonzero(pictures.readable & ~too_flat(pictures)) for pictures in (first, other)
    )
    whole, cut = (perceptual_hashes(first.grey[kept], border=part) for part in (0.0, _BORDER))
    other_whole, other_cut = (
        perceptual_hashes(other.grey[other_kept], mirrored=mirrored, border=part)
        for part in (0.0, _BORDER)
    )
    versions = [(whole, other_whole), (whole, other_cut), (cut, other_whole)]
    for near in _batches(near_bits(versions, most_bits=most_bits, one_set=second is None)):
        yield np.stack([kept[near.rows[:, 0]], other_kept[near.rows[:, 1]]], 1), near.bits


def _batches(found: Iterator[NearBits]) -> Iterator[NearBits]:
    """Join small answers into larger ones, which are compared faster."""
    waiting: list[NearBits] = []
    for near in found:
        waiting.append(near)
        if sum(len(part.bits) for part in waiting) >= _BATCH:
            yield _one(waiting)
            waiting = []
    if waiting:
        yield _one(waiting)


def _one(parts: Sequence[NearBits]) -> NearBits:
    rows, bits = ([getattr(part, name) for part in parts] for name in ("rows", "bits"))
    return NearBits(np.concatenate(rows), np.concatenate(bits))


def _identical(first: Thumbnails, second: Thumbnails, *, one_set: bool) -> SamePictures:
    rows_of = defaultdict(list)
    for row, digest in enumerate(second.digests):
        if digest:
            rows_of[digest].append(row)
    pairs = [
        (row, other)
        for row, digest in enumerate(first.digests)
        for other in rows_of.get(digest, ())
        if not one_set or row < other
    ]
    count = len(pairs)
    return SamePictures(
        rows=np.array(pairs, np.int64).reshape(-1, 2),
        identical=np.ones(count, np.bool_),
        mirrored=np.zeros(count, np.bool_),
        bits=np.zeros(count, np.int64),
        correlations=np.ones(count, np.float32),
    )


def _similar(
    rows: NDArray[np.int64], bits: NDArray[np.int64], likeness: Float32, *, mirrored: bool
) -> SamePictures:
    identical = np.zeros(len(rows), np.bool_)
    return SamePictures(rows, identical, np.full(len(rows), mirrored), bits, likeness)


def _joined(parts: Sequence[SamePictures]) -> SamePictures:
    """One entry a pair, the most certain one, sorted by rows."""
    every = SamePictures(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in _FIELDS)
    )
    order = np.lexsort((-every.correlations, ~every.identical, every.rows[:, 1], every.rows[:, 0]))
    rows = every.rows[order]
    new = np.ones(len(rows), np.bool_)
    new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    return _taken(every, order[new])


def _taken(pictures: SamePictures, rows: AnyArray) -> SamePictures:
    return SamePictures(*(getattr(pictures, name)[rows] for name in _FIELDS))


def _apart(rows: NDArray[np.int64], groups: AnyArray | None) -> NDArray[np.bool_]:
    if groups is None:
        return np.ones(len(rows), np.bool_)
    return np.asarray(groups[rows[:, 0]] != groups[rows[:, 1]])
