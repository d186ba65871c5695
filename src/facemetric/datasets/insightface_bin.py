"""InsightFace's ``.bin`` verification sets (LFW, AgeDB-30, CALFW, CPLFW, CFP-FF, CFP-FP).

A pickle of ``(images, issame)``: encoded 112x112 pictures, two a pair, already aligned.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.pairs import contiguous_folds
from facemetric.datasets.plain_pickle import PlainArray, read_plain_pickle
from facemetric.errors import DataError, InputError

_FIX = "Expected a pickled pair (encoded pictures, issame list) as InsightFace's packages have it"


@dataclass(frozen=True, eq=False)
class BinPairs:
    """Pairs of pictures that one file holds.

    Attributes
    ----------
    source
        The file.
    images
        Encoded pictures (JPEG or PNG), RGB once decoded, aligned to 112x112.
    pairs
        ``int64 (P, 2)``: rows of ``images``: 0 and 1, 2 and 3 …
    same
        ``bool (P,)``: whether both show one person.
    fold
        ``int64 (P,)``: 0-based fold, blocks in the order of the file.
    """

    source: Path
    images: tuple[bytes, ...]
    pairs: NDArray[np.int64]
    same: NDArray[np.bool_]
    fold: NDArray[np.int64]

    @cached_property
    def folds(self) -> int:
        """Number of folds."""
        return int(self.fold.max()) + 1

    def __len__(self) -> int:
        return len(self.pairs)


def read_bin_pairs(path: Path, *, folds: int = 10) -> BinPairs:
    """Read a ``.bin`` set without unpickling it.

    Parameters
    ----------
    path
        The file; written by Python 2 or 3, with pictures as bytes or as numpy arrays of bytes.
    folds
        The file carries none; InsightFace's code cuts the list into ten blocks.

    Raises
    ------
    DataError
        The file cannot be read, is damaged, holds anything besides plain data, its two lists do
        not fit each other, or it has fewer pairs than ``folds``.
    """
    if folds < 1:
        raise InputError(f"expected at least 1, got {folds}", item="folds")
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"the set cannot be read: {reason}", item=str(path)) from error
    content = read_plain_pickle(data, name=str(path))
    if not isinstance(content, tuple | list) or len(content) != 2:
        raise DataError("expected two lists", item=str(path), fix=_FIX)
    pictures, labels = content
    if not isinstance(pictures, tuple | list):
        raise DataError("expected a list of pictures first", item=str(path), fix=_FIX)
    images = tuple(_image(picture, row, path) for row, picture in enumerate(pictures))
    same = _labels(labels, path)
    if len(images) != 2 * len(same):
        raise DataError(
            f"expected two pictures a pair, got {len(images)} for {len(same)} pairs",
            item=str(path),
            fix=_FIX,
        )
    if len(same) < folds:
        raise DataError(f"expected at least {folds} pairs, got {len(same)}", item=str(path))
    return BinPairs(
        source=path,
        images=images,
        pairs=np.arange(len(images), dtype=np.int64).reshape(-1, 2),
        same=same,
        fold=contiguous_folds(len(same), folds),
    )


def _image(picture: Any, row: int, path: Path) -> bytes:
    if isinstance(picture, PlainArray) and picture.dtype == np.uint8:
        picture = picture.raw
    if not isinstance(picture, bytes) or not picture:
        raise DataError(
            f"expected an encoded picture, got {_kind(picture)}",
            item=f"{path}, picture {row}",
            fix=_FIX,
        )
    return picture


def _labels(labels: Any, path: Path) -> NDArray[np.bool_]:
    values = labels.values().tolist() if isinstance(labels, PlainArray) else labels
    if not isinstance(values, tuple | list):
        raise DataError(f"expected the issame list, got {_kind(labels)}", item=str(path), fix=_FIX)
    for row, value in enumerate(values):
        if not isinstance(value, int) or value not in (0, 1):
            raise DataError(
                f"expected true or false, got {_kind(value)}",
                item=f"{path}, pair {row}",
                fix=_FIX,
            )
    return np.array([bool(value) for value in values], np.bool_)


def _kind(value: Any) -> str:
    if isinstance(value, PlainArray):
        return f"an array of {value.dtype}"
    if isinstance(value, bytes) and not value:
        return "no bytes"
    return f"{value}" if isinstance(value, int) else type(value).__name__
