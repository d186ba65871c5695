"""Small grey versions of photographs, and the digests of their files: what pictures are told by."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import BoxedPhoto, EncodedPhoto, Photo, load_photo, photo_name
from facemetric.errors import DataError, FacemetricError, InputError
from facemetric.evaluation.cache import Progress, RowCache, Rows
from facemetric.evaluation.digests import Digests
from facemetric.evaluation.sources import code_sha256
from facemetric.types import ItemError, UInt8

SIDE = 32
"""Width and height of a thumbnail, in pixels; what is not square is squeezed."""
_REDUCE_TO_PX = 128  # four pixels of a reduced JPEG for one of the thumbnail


@dataclass(frozen=True, eq=False, slots=True)
class Thumbnails:
    """What is kept of each photograph.

    Attributes
    ----------
    names
        What to call them.
    digests
        SHA-256 of the encoded bytes, in hex; empty where they cannot be read.
    grey
        ``uint8 (N, 32, 32)``, upright; zero where the picture cannot be decoded.
    readable
        ``bool (N,)``.
    errors
        What is wrong with the others, in their order.
    """

    names: tuple[str, ...]
    digests: tuple[str, ...]
    grey: UInt8
    readable: NDArray[np.bool_]
    errors: tuple[ItemError, ...]

    def __len__(self) -> int:
        return len(self.names)


class ThumbnailReader:
    """Makes thumbnails, with a cache; a picture that cannot be decoded is listed, not raised.

    Parameters
    ----------
    cache
        Folder of the cache; ``None`` for none.
    workers
        Pictures decoded at a time.
    progress
        Called with the number of pictures done and of all.
    """

    def __init__(
        self, *, cache: Path | None = None, workers: int = 2, progress: Progress | None = None
    ) -> None:
        if workers < 1:
            raise InputError(f"expected at least 1, got {workers}", item="workers")
        key = {
            "kind": "thumbnail",
            "side_px": SIDE,
            "reduce_to_px": _REDUCE_TO_PX,
            "code": code_sha256("images", "evaluation/leakage/thumbnails.py"),
        }
        self._workers = workers
        self._cache = RowCache(cache, key=key, chunk=4096, progress=progress)
        self._digests = Digests(cache)

    def __call__(self, photos: Sequence[Photo]) -> Thumbnails:
        """Return the thumbnails of whole photographs, whichever face of them is meant.

        Raises
        ------
        DataError
            The cache cannot be read or written.
        """
        whole = [photo.path if isinstance(photo, BoxedPhoto) else photo for photo in photos]
        errors = {row: error for row, photo in enumerate(whole) if (error := _unopened(photo))}
        rows = np.array([row for row in range(len(whole)) if row not in errors], np.int64)
        there = [whole[row] for row in rows]
        grey = np.zeros((len(whole), SIDE, SIDE), np.uint8)
        readable = np.zeros(len(whole), np.bool_)
        digests = [""] * len(whole)
        if there:
            values = self._cache.rows(there, self._compute)
            grey[rows], readable[rows] = values["grey"], values["readable"]
            for row, digest in zip(rows.tolist(), self._digests.of(there), strict=True):
                digests[row] = digest
        for row in np.flatnonzero(~readable).tolist():
            if row not in errors:
                errors[row] = _unread(whole[row])
        return Thumbnails(
            names=tuple(photo_name(photo) for photo in photos),
            digests=tuple(digests),
            grey=grey,
            readable=readable,
            errors=tuple(errors[row] for row in sorted(errors)),
        )

    def _compute(self, photos: Sequence[Photo]) -> Rows:
        with ThreadPoolExecutor(self._workers) as pool:
            found = list(pool.map(_thumbnail, photos))
        empty = np.zeros((SIDE, SIDE), np.uint8)
        return {
            "grey": np.stack([empty if grey is None else grey for grey in found]),
            "readable": np.array([grey is not None for grey in found]),
        }


def thumbnail(pixels: UInt8) -> UInt8:
    """Return ``uint8 (32, 32)`` grey: means over areas of ``uint8 (H, W, 3)`` RGB."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    small = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(np.rint(small).clip(0, 255), np.uint8)


def _thumbnail(photo: Photo) -> UInt8 | None:
    try:
        return thumbnail(load_photo(photo, reduce_to_px=_REDUCE_TO_PX).pixels)
    except FacemetricError:  # read once more by the caller, who reports it
        return None


def _unopened(photo: Path | EncodedPhoto) -> ItemError | None:
    if isinstance(photo, EncodedPhoto):
        return None
    try:
        with photo.open("rb"):
            return None
    except OSError as error:
        cause = f"the file cannot be read: {error.strerror}"
        return ItemError.of(DataError(cause), item=photo_name(photo))


def _unread(photo: Photo) -> ItemError:
    name = photo_name(photo)
    try:
        load_photo(photo, reduce_to_px=_REDUCE_TO_PX)
    except FacemetricError as error:
        return ItemError.of(error, item=name)
    return ItemError.of(DataError("it could not be read before, but can be now"), item=name)
