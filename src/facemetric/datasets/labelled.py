"""Photographs with the person each one shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import DataError, InputError

PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".pgm"})


@dataclass(frozen=True, eq=False)
class LabelledPhotos:
    """Photographs and their people, in the same order.

    Attributes
    ----------
    paths
        The photographs.
    people
        The person in each: a folder's name, or a number as text.
    """

    paths: tuple[Path, ...]
    people: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.paths) != len(self.people):
            raise InputError(
                f"expected a person for each of {len(self.paths)} paths, got {len(self.people)}",
                item="people",
            )

    def __len__(self) -> int:
        return len(self.paths)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The different people, sorted."""
        return tuple(sorted(set(self.people)))

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """``int64 (N,)``: the row of each photograph's person in ``names``."""
        row_of = {name: row for row, name in enumerate(self.names)}
        return np.array([row_of[person] for person in self.people], np.int64)

    def take(self, rows: Sequence[int] | NDArray[np.integer]) -> LabelledPhotos:
        """Return the photographs of these rows."""
        chosen = [int(row) for row in rows]
        return LabelledPhotos(
            tuple(self.paths[row] for row in chosen), tuple(self.people[row] for row in chosen)
        )


def read_identity_folders(root: Path) -> LabelledPhotos:
    """Read a folder that holds one folder of photographs per person.

    Hidden files and files with other suffixes than a photograph's are passed over; folders inside
    a person's folder are not entered. Sorted by person, then by file name.

    Raises
    ------
    DataError
        ``root`` is no folder, or holds no photographs in folders.
    """
    root = Path(root)
    if not root.is_dir():
        raise DataError("not a folder", item=str(root), fix="Give the folder above the people's")
    found = [
        (photo, person.name)
        for person in sorted(root.iterdir())
        if person.is_dir() and not person.name.startswith(".")
        for photo in sorted(person.iterdir())
        if photo.suffix.lower() in PHOTO_SUFFIXES and not photo.name.startswith(".")
    ]
    if not found:
        raise DataError(
            "no photographs in folders of people",
            item=str(root),
            fix="Expected person/photo.jpg inside it",
        )
    return LabelledPhotos(tuple(path for path, _ in found), tuple(name for _, name in found))
