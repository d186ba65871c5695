"""InsightFace's ``.bin`` sets: LFW, AgeDB-30, CALFW, CPLFW, CFP-FF and CFP-FP, aligned already."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import BinPairs, EncodedPhoto, read_bin_pairs
from facemetric.errors import DataError, InputError
from facemetric.evaluation.protocols.pair_list import (
    PairList,
    PairListsTask,
    fold_of_listed_photos,
)

TITLE = "InsightFace's verification sets, 10 folds each"
NOTE = "Pairs of a set share people: Wilson's bounds, for independent trials, would be too narrow."


@dataclass(frozen=True, eq=False, kw_only=True)
class InsightFaceBinTask(PairListsTask):
    """Pairs of ``.bin`` files, a part for each file. Deng et al., "ArcFace", CVPR 2019."""

    protocol: ClassVar[str] = "bin"


def insightface_bin_task(
    path: Path, *others: Path, faces: Literal["ready", "central"] = "ready"
) -> InsightFaceBinTask:
    """Read InsightFace's sets; nothing is unpickled.

    Pictures with the same bytes are embedded once. A part has its file's name without ``.bin``,
    or the whole path where two files have the same.

    Parameters
    ----------
    path, others
        The files: each encoded 112x112 pictures, two a pair, and their ``issame`` list.
    faces
        ``"ready"``: the pictures are aligned to ``arcface-112``, as InsightFace's are;
        ``"central"``: detect in them, to align as a bundle is used to.

    Raises
    ------
    DataError
        See `facemetric.datasets.read_bin_pairs`; or a file lacks a kind of pair.
    InputError
        A file is given twice.
    """
    paths = [Path(path), *map(Path, others)]
    if len(set(paths)) != len(paths):
        raise InputError(f"expected each file once, got {list(map(str, paths))}", item="files")
    row_of: dict[bytes, int] = {}
    photos: list[EncodedPhoto] = []
    lists = []
    for name, read in zip(_names(paths), map(_read, paths), strict=True):
        rows = _rows(read, name, photos, row_of)
        lists.append(PairList(name, rows[read.pairs], read.same, read.fold))
    return InsightFaceBinTask(
        title=TITLE,
        photos=tuple(photos),
        fold=fold_of_listed_photos(len(photos), lists),
        faces=faces,
        conditions={"files": ", ".join(file.name for file in paths), "folds": 10},
        lists=tuple(lists),
        notes=(NOTE,),
    )


def _read(path: Path) -> BinPairs:
    read = read_bin_pairs(path)
    if read.same.all() or not read.same.any():
        kind = "one person" if read.same.all() else "different people"
        raise DataError(
            f"all {len(read):,} pairs are of {kind}: nothing to tell apart", item=str(path)
        )
    return read


def _names(paths: list[Path]) -> list[str]:
    stems = [path.name.removesuffix(".bin") for path in paths]
    return [
        stem if stems.count(stem) == 1 else str(path)
        for stem, path in zip(stems, paths, strict=True)
    ]


def _rows(
    read: BinPairs, name: str, photos: list[EncodedPhoto], row_of: dict[bytes, int]
) -> NDArray[np.int64]:
    """Return the row of each picture among ``photos``, to which new ones are added."""
    rows = []
    for place, data in enumerate(read.images):
        if data not in row_of:
            row_of[data] = len(photos)
            photos.append(EncodedPhoto(f"{name}, picture {place}", data))
        rows.append(row_of[data])
    return np.array(rows, np.int64)
