"""YouTube Faces: pairs of videos in ten folds, each video a folder of frames.

Wolf, Hassner and Maoz, Face Recognition in Unconstrained Videos with Matched Background
Similarity, CVPR 2011.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.labelled import PHOTO_SUFFIXES
from facemetric.datasets.listing import inside, read_lines, whole_number
from facemetric.datasets.pairs import pair_rows
from facemetric.errors import DataError, InputError

_FIX = "Give the folder of the unpacked YouTubeFaces archive, splits.txt beside its folders"
_FRAME = re.compile(r"(?:^|\.)(\d{1,18})\.[A-Za-z]+$")


@dataclass(frozen=True, eq=False)
class VideoPairs:
    """Pairs of videos with the fold that each belongs to.

    Attributes
    ----------
    names
        Every video that occurs in a pair, once, sorted: ``person/number``.
    frames
        The first frames of each video, in order of time; at least one.
    people
        The person in each video.
    pairs
        ``int64 (P, 2)``: rows of ``names``.
    same
        ``bool (P,)``: whether both show one person.
    fold
        ``int64 (P,)``: 0-based fold.
    """

    names: tuple[str, ...]
    frames: tuple[tuple[Path, ...], ...]
    people: tuple[str, ...]
    pairs: NDArray[np.int64]
    same: NDArray[np.bool_]
    fold: NDArray[np.int64]

    @cached_property
    def folds(self) -> int:
        """Number of folds."""
        return int(self.fold.max()) + 1

    def __len__(self) -> int:
        return len(self.pairs)


def read_youtube_faces(
    root: Path,
    *,
    frames: int | None = 100,
    frame_folder: str = "frame_images_DB",
    list_name: str = "splits.txt",
) -> VideoPairs:
    """Read the pair list (10 folds of 250 genuine and 250 impostor pairs) and find the frames.

    Parameters
    ----------
    root
        Folder with the list (``fold, number, person/video, person/video, same`` lines below a
        header) and the frames, ``person/video/video.frame.jpg`` inside ``frame_folder``.
    frames
        At most this many of each video, by frame number; ``None`` for all. FaceNet takes 100.
    frame_folder
        ``"aligned_images_DB"`` for the authors' aligned version (``aligned_detect_…jpg``).

    Raises
    ------
    DataError
        The list is absent, a line has another form, folds are not numbered from 1, a pair
        contradicts its label, or a video has no folder or no frames.
    """
    if frames is not None and frames < 1:
        raise InputError(f"expected at least 1 or None, got {frames}", item="frames")
    root = Path(root)
    path = root / list_name
    lines = read_lines(path, what="the pair list", fix=_FIX)
    first = 1 if lines[0][:1].isdecimal() else 2
    named: list[tuple[str, str]] = []
    same: list[bool] = []
    fold: list[int] = []
    for number, line in enumerate(lines[first - 1 :], start=first):
        split, pair, genuine = _row(line, f"{path}, line {number}")
        fold.append(split - 1)
        named.append(pair)
        same.append(genuine)
    found = sorted(set(fold))
    if not found or found != list(range(len(found))):
        raise DataError(
            f"expected folds numbered 1, 2 …, got {[number + 1 for number in found]}",
            item=str(path),
        )
    names, rows = pair_rows(named)
    return VideoPairs(
        names=tuple(names),
        frames=tuple(_frames(root / frame_folder / name, frames) for name in names),
        people=tuple(name.split("/")[0] for name in names),
        pairs=rows,
        same=np.array(same, np.bool_),
        fold=np.array(fold, np.int64),
    )


def _row(line: str, where: str) -> tuple[int, tuple[str, str], bool]:
    fields = [field.strip() for field in line.split(",")]
    if len(fields) != 5 or fields[4] not in ("0", "1"):
        raise DataError(
            f"expected fold, number, video, video, 0 or 1 with commas, got {line[:80]!r}",
            item=where,
        )
    split = whole_number(fields[0], where=where, what="a fold", low=1)
    videos = inside(fields[2], where=where), inside(fields[3], where=where)
    for video in videos:
        if video.count("/") != 1:
            raise DataError(f"expected person/video, got {video[:80]!r}", item=where)
    genuine = fields[4] == "1"
    people = [video.split("/")[0] for video in videos]
    if videos[0] == videos[1]:
        raise DataError("one video twice", item=where)
    if genuine != (people[0] == people[1]):
        wanted = "one person" if genuine else "two people"
        raise DataError(f"expected {wanted}, got {people[0]} and {people[1]}", item=where)
    return split, videos, genuine


def _frames(folder: Path, most: int | None) -> tuple[Path, ...]:
    try:
        files = [entry for entry in folder.iterdir() if entry.suffix.lower() in PHOTO_SUFFIXES]
    except OSError as error:
        raise DataError(
            f"the frames cannot be read: {error.strerror}", item=str(folder), fix=_FIX
        ) from error
    numbered = []
    for file in files:
        match = _FRAME.search(file.name)
        if match is None:
            raise DataError("expected video.frame.jpg", item=str(file), fix=_FIX)
        numbered.append((int(match[1]), file))
    if not numbered:
        raise DataError("a video without frames", item=str(folder), fix=_FIX)
    return tuple(file for _, file in sorted(numbered)[:most])
