"""Open-set identification: a watch-list, and probes of people on it and not on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from facemetric.datasets.labelled import LabelledPhotos, read_identity_folders
from facemetric.errors import DataError, InputError


@dataclass(frozen=True, eq=False)
class OpenSet:
    """Photographs of a watch-list task.

    Attributes
    ----------
    gallery
        What is enrolled.
    mated
        Probes of people in the gallery.
    non_mated
        Probes of others.
    """

    gallery: LabelledPhotos
    mated: LabelledPhotos
    non_mated: LabelledPhotos

    def __post_init__(self) -> None:
        enrolled = set(self.gallery.names)
        for name in self.mated.names:
            if name not in enrolled:
                raise InputError(f"{name} is not in the gallery", item="mated")
        for name in self.non_mated.names:
            if name in enrolled:
                raise InputError(f"{name} is in the gallery", item="non_mated")
        shared = set(self.gallery.paths) & {*self.mated.paths, *self.non_mated.paths}
        if shared:
            raise InputError("is enrolled too", item=str(min(shared)))


def read_open_set(root: Path, *, gallery: str = "gallery", probes: str = "probes") -> OpenSet:
    """Read a watch-list task from folders: ``gallery/person/…`` and ``probes/person/…``.

    Probes of a person who has a folder in the gallery are mated, the others are not.

    Raises
    ------
    DataError
        A folder is absent or holds no photographs of people, or no probe is mated, or none is not.
    """
    enrolled = read_identity_folders(Path(root) / gallery)
    searched = read_identity_folders(Path(root) / probes)
    names = set(enrolled.names)
    mated = [row for row, person in enumerate(searched.people) if person in names]
    non_mated = [row for row, person in enumerate(searched.people) if person not in names]
    if not mated or not non_mated:
        which = "a person of the gallery" if not mated else "somebody who is not in the gallery"
        raise DataError(
            f"expected probes of {which}, got none",
            item=str(Path(root) / probes),
            fix="Name a person's folder alike in both",
        )
    return OpenSet(enrolled, searched.take(mated), searched.take(non_mated))
