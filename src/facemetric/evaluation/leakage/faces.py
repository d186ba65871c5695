"""The same face picture, or the same person under another name, told by embeddings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import EncodedPhoto, Photo, load_photo, photo_name
from facemetric.errors import InputError
from facemetric.types import AnyArray, Float32, check_embeddings

Embed: TypeAlias = Callable[[Sequence[Photo]], tuple[Float32, NDArray[np.bool_]]]
"""Photographs to unit embeddings ``float32 (N, D)`` and ``bool (N,)``: whether a face was found."""
_ROWS, _COLUMNS = 1024, 8192


@dataclass(frozen=True, eq=False, slots=True)
class LikePairs:
    """Pairs of rows with a high similarity.

    Attributes
    ----------
    rows
        ``int64 (K, 2)``, sorted: rows of the first and the second set.
    similarities
        ``float32 (K,)``.
    """

    rows: NDArray[np.int64]
    similarities: Float32

    def __len__(self) -> int:
        return len(self.rows)


def like_pairs(
    first: Float32,
    second: Float32 | None = None,
    *,
    similarity: float,
    groups: AnyArray | None = None,
) -> LikePairs:
    """Return the pairs of embeddings with at least this similarity.

    Parameters
    ----------
    first, second
        ``float32 (N, D)`` and ``(M, D)``, unit norm; or one set that is compared with itself, each
        pair once, the lower row first.
    similarity
        Cosine in [-1, 1]. Memory grows with the number of pairs that reach it.
    groups
        ``int (N,)`` for a set compared with itself: pairs within one group are passed over.

    Raises
    ------
    InputError
        The shapes disagree.
    """
    check_embeddings(first)
    other = first if second is None else second
    check_embeddings(other, dim=first.shape[1])
    if groups is not None and (second is not None or len(groups) != len(first)):
        raise InputError(
            f"expected {len(first)} numbers for one set, got {len(groups)}", item="groups"
        )
    rows, values = [np.zeros((0, 2), np.int64)], [np.zeros(0, np.float32)]
    for top in range(0, len(first), _ROWS):
        for left in range(top if second is None else 0, len(other), _COLUMNS):
            block = first[top : top + _ROWS] @ other[left : left + _COLUMNS].T
            i, j = np.nonzero(block >= similarity)
            pairs = np.stack([i + top, j + left], 1)
            kept = np.ones(len(pairs), np.bool_)
            if second is None:
                kept = pairs[:, 0] < pairs[:, 1]
            if groups is not None:
                kept &= groups[pairs[:, 0]] != groups[pairs[:, 1]]
            rows.append(pairs[kept])
            values.append(block[i[kept], j[kept]])
    found, scores = np.concatenate(rows), np.concatenate(values)
    order = np.lexsort((found[:, 1], found[:, 0]))
    return LikePairs(found[order], scores[order])


def copy_similarity(
    photos: Sequence[Photo],
    embed: Embed,
    *,
    quality: int = 30,
    percentile: float = 1.0,
    most: int = 200,
    seed: int = 0,
) -> float:
    """Return the similarity that a face keeps with a copy of its own picture, for `like_pairs`.

    How near a copy stays depends on the network, so it is measured: some of the photographs are
    compressed again and embedded beside the originals.

    Parameters
    ----------
    photos
        Readable photographs of the kind that will be compared.
    embed
        The network, see `Embed`.
    quality
        JPEG quality of the copies, 1 to 100.
    percentile
        Of the similarities; 1 lets 99 of 100 such copies be found.
    most
        Photographs to take, at random.
    seed
        Which.

    Raises
    ------
    InputError
        An option is out of range, or no face is found in any pair.
    ImageError
        A photograph cannot be decoded.
    """
    if not 1 <= quality <= 100 or not 0 <= percentile <= 100 or most < 1:
        raise InputError(
            "expected a quality from 1 to 100, a percentile from 0 to 100 and at least 1 "
            f"photograph, got {quality}, {percentile} and {most}",
            item="copy_similarity",
        )
    chosen = np.random.default_rng(seed).permutation(len(photos))[:most]
    originals = [photos[int(row)] for row in np.sort(chosen)]
    if not originals:
        raise InputError("expected at least one photograph", item="photos")
    vectors, found = embed(originals)
    copies, copies_found = embed([_copy(photo, quality) for photo in originals])
    both = found & copies_found
    if not both.any():
        raise InputError(f"no face in any of {len(originals)} photographs", item="photos")
    similarities = np.einsum("nd,nd->n", vectors[both], copies[both])
    return float(np.percentile(similarities, percentile))


def _copy(photo: Photo, quality: int) -> EncodedPhoto:
    pixels = load_photo(photo).pixels
    encoded = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return EncodedPhoto(f"{photo_name(photo)} at quality {quality}", encoded.tobytes())
