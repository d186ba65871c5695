"""Photographs of people out of whatever they are kept in, each with a name that stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from facemetric.datasets import (
    LabelledPhotos,
    data_root,
    read_celeba,
    read_celeba10k,
    read_identity_folders,
)
from facemetric.datasets.chips import PhotoSource
from facemetric.datasets.chips.list_file import LIST_SUFFIXES, open_list_file
from facemetric.errors import DataError

_IDENTITIES = "identities.txt"
_SUBSETS = ("celeba299", "celeba10k")
_FIX = (
    "Give a folder with a folder per person, one with identities.txt, a list "
    f"({', '.join(LIST_SUFFIXES)}), celeba or lfw"
)


@dataclass(frozen=True, eq=False)
class Collection:
    """Photographs of people, sorted by person and name.

    Attributes
    ----------
    photos
        Paths and people.
    names
        What each photograph is called, ``"Person/Person_0001.jpg"``: its path below its source,
        after the source's own name where there are several.
    """

    photos: LabelledPhotos
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)


def collect(sources: Sequence[str]) -> Collection:
    """Read sources as one collection; the same person's name in two of them is one person.

    Parameters
    ----------
    sources
        Each one of: a folder with a folder of photographs per person (LFW's layout is one); a
        folder with ``identities.txt`` (a file name and a person's number a line); the folder that
        holds ``celeba299`` and ``celeba10k``, which share people and files, or ``"celeba"`` for
        that of the research data; ``"lfw"``; a list file, see
        `facemetric.datasets.chips.list_file.open_list_file`.

    Raises
    ------
    DataError
        A source is absent or of none of these forms, or two photographs have one name.
    """
    if not sources:
        raise DataError("no sources were given", fix=_FIX)
    paths: list[Path] = []
    people: list[str] = []
    names: list[str] = []
    for source in sources:
        one = _open(source)
        prefix = f"{_called(source)}/" if len(sources) > 1 else ""
        paths.extend(one.photos.paths)
        people.extend(one.photos.people)
        names.extend(prefix + one.item(row) for row in range(len(one)))
    order = sorted(range(len(names)), key=lambda row: (people[row], names[row]))
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(
            "two photographs have this name",
            item=twice[0],
            fix="Give each source once, and folders of different names",
        )
    photos = LabelledPhotos(tuple(paths[row] for row in order), tuple(people[row] for row in order))
    return Collection(photos, tuple(names[row] for row in order))


def _open(source: str) -> PhotoSource:
    path = Path(source)
    if source == "celeba" and not path.exists():
        return PhotoSource(read_celeba(data_root()), root=data_root())
    if source == "lfw" and not path.exists():
        return _identity_folders(data_root() / "lfw")
    if path.is_file():
        if path.suffix.lower() not in LIST_SUFFIXES:
            raise DataError("not a list of photographs", item=source, fix=_FIX)
        return open_list_file(path, check_files=False)
    if not path.is_dir():
        raise DataError("no such file or folder", item=source, fix=_FIX)
    if (path / _IDENTITIES).is_file():
        return PhotoSource(read_celeba10k(path), root=path)
    if all((path / name).is_dir() for name in _SUBSETS):
        return PhotoSource(read_celeba(path), root=path)
    return _identity_folders(path)


def _identity_folders(path: Path) -> PhotoSource:
    return PhotoSource(read_identity_folders(path), root=path)


def _called(source: str) -> str:
    path = Path(source)
    return path.resolve().name if path.is_dir() else path.stem
