"""Photographs of a collection that cannot count: which, why, and what to do about each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from facemetric.datasets import LabelledPhotos, load_photo
from facemetric.errors import DataError, FacemetricError, ImageError, NoFaceError
from facemetric.evaluation.digests import Digests
from facemetric.evaluation.faces import CentralFaceFinder
from facemetric.types import ItemError


@dataclass(frozen=True, eq=False)
class Screening:
    """A collection without what cannot be used.

    Attributes
    ----------
    photos
        What is left, in the order of the collection.
    left_out
        An entry for every other photograph.
    """

    photos: LabelledPhotos
    left_out: tuple[ItemError, ...]


Screen: TypeAlias = Callable[[LabelledPhotos], Screening]


def unscreened(photos: LabelledPhotos) -> Screening:
    """Return the photographs as they are."""
    return Screening(photos, ())


def screen(
    photos: LabelledPhotos,
    finder: CentralFaceFinder,
    *,
    need_face: bool = True,
    digests: Digests | None = None,
) -> Screening:
    """Leave out what cannot be read or has no face, and copies of one file.

    Parameters
    ----------
    photos
        The collection.
    finder
        Looks for the face; of several in a photograph the one nearest the centre counts.
    need_face
        Whether a photograph without a face is left out.
    digests
        To know copies by: of several of one person the first stays; where different people have
        the same file nobody knows whose it is, and none stays. ``None`` keeps copies.
    """
    reasons: dict[int, FacemetricError] = {}
    present: list[int] = []
    for row, path in enumerate(photos.paths):
        unread = _unreadable(path)
        if unread is None:
            present.append(row)
        else:
            reasons[row] = unread
    if digests is not None and present:
        names = digests.of([photos.paths[row] for row in present])
        reasons |= _copies(photos, present, names)
        present = [row for row in present if row not in reasons]
    faces = finder([photos.paths[row] for row in present]) if present else None
    for place, row in enumerate(present):
        assert faces is not None
        if not faces.readable[place]:
            reasons[row] = _undecodable(photos.paths[row])
        elif need_face and not faces.found[place]:
            reasons[row] = NoFaceError(
                "no face was found",
                fix="Take it out, or look for smaller faces (min_face_px=, --min-face)",
            )
    return Screening(
        photos.take([row for row in range(len(photos)) if row not in reasons]),
        tuple(
            ItemError.of(reasons[row], item=str(photos.paths[row]))
            for row in sorted(reasons)
        ),
    )  # fmt: skip


def reasons_text(left_out: Sequence[ItemError]) -> str:
    """Return how many were left out and the first of them, for an error of the whole."""
    if not left_out:
        return ""
    return f"; {len(left_out)} photographs were left out, the first is {left_out[0]}"


def _unreadable(path: Path) -> DataError | None:
    try:
        # Opening a named pipe would wait for its writer.
        if not path.is_file():
            return DataError("not a file", fix="Take it out, or restore what it links to")
        with path.open("rb"):
            return None
    except OSError as error:
        cause = error.strerror or type(error).__name__
        return DataError(f"the file cannot be read: {cause}", fix="Allow reading it")


def _undecodable(path: Path) -> FacemetricError:
    try:
        load_photo(path)
    except ImageError as error:
        return error
    return DataError("could not be decoded before and can be now", fix="Run the command again")


def _copies(
    photos: LabelledPhotos, rows: Iterable[int], names: Iterable[str]
) -> dict[int, DataError]:
    rows_of: dict[str, list[int]] = {}
    for row, name in zip(rows, names, strict=True):
        rows_of.setdefault(name, []).append(row)
    reasons: dict[int, DataError] = {}
    for same in rows_of.values():
        people = {photos.people[row] for row in same}
        for row in same:
            other = next((one for one in same if photos.people[one] != photos.people[row]), same[0])
            if len(people) > 1:
                reasons[row] = DataError(
                    f"the same file is under another person: {photos.paths[other]}",
                    fix="Keep it with the person it shows",
                )
            elif row != same[0]:
                reasons[row] = DataError(
                    f"a copy of {photos.paths[same[0]]}", fix="Keep one of them"
                )
    return reasons
