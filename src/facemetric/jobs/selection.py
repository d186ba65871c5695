"""Which photographs of a collection go into a pack, and why the others do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from facemetric.datasets import load_photo
from facemetric.errors import FacemetricError
from facemetric.evaluation.cache import Progress
from facemetric.evaluation.digests import Digests
from facemetric.evaluation.faces import CentralFaceFinder, CentralFaces
from facemetric.evaluation.leakage.pictures import same_pictures
from facemetric.evaluation.leakage.thumbnails import ThumbnailReader
from facemetric.jobs.collection import Collection
from facemetric.jobs.duplicates import find_copies
from facemetric.jobs.limits import FaceLimits
from facemetric.jobs.measuring import Measured, measure_faces
from facemetric.types import Face
from facemetric.wire import LeftOutPhotoOut, LeftOutReason

Counting: TypeAlias = Callable[[str], AbstractContextManager[Progress]]
"""Called with the name of a step; its answer is told how far the step is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a photograph must be like, see `build_dataset`."""

    min_face_px: float
    template: str
    limits: FaceLimits
    min_images: int
    dedupe: bool
    keep_faceless: bool
    without: frozenset[str]


@dataclass(frozen=True, eq=False, slots=True)
class Selection:
    """The photographs that go into a pack.

    Attributes
    ----------
    rows
        Their rows in the collection, rising.
    faces
        The face of each row of ``rows``; ``None`` for a stand-in crop.
    measures, digests
        Measures and SHA-256 of each row of ``rows``.
    left_out
        All others.
    """

    rows: list[int]
    faces: list[Face | None]
    measures: list[dict[str, float]]
    digests: list[str]
    left_out: tuple[LeftOutPhotoOut, ...]


@dataclass
class _Sieve:
    """Reasons by row."""

    collection: Collection
    reasons: dict[int, tuple[LeftOutReason, str]] = field(default_factory=dict)

    def drop(self, row: int, reason: LeftOutReason, why: str) -> None:
        self.reasons.setdefault(row, (reason, why))

    def left(self) -> list[int]:
        return [row for row in range(len(self.collection)) if row not in self.reasons]

    def left_out(self) -> tuple[LeftOutPhotoOut, ...]:
        people, names = self.collection.photos.people, self.collection.names
        return tuple(
            LeftOutPhotoOut(source=names[row], person=people[row], reason=reason, why=why)
            for row, (reason, why) in sorted(self.reasons.items())
        )


def select(
    collection: Collection,
    rules: Rules,
    *,
    cache: Path | None,
    workers: int,
    counting: Counting,
) -> Selection:
    """Look at every photograph and decide.

    Raises
    ------
    DataError
        The cache cannot be read or written.
    """
    sieve = _Sieve(collection)
    paths = collection.photos.paths
    for row, name in enumerate(collection.names):
        if name in rules.without:
            sieve.drop(row, "listed", "it is on the list of those to leave out")
        elif (why := _unopened(paths[row])) is not None:
            sieve.drop(row, "unreadable", why)
    rows = sieve.left()
    if not rows:
        return Selection([], [], [], [], sieve.left_out())
    with counting("faces") as progress:
        finder = CentralFaceFinder(
            min_face_px=rules.min_face_px,
            cache=cache,
            workers=workers,
            processes=True,
            progress=progress,
        )
        faces = finder([paths[row] for row in rows])
    for place, row in enumerate(rows):
        if not faces.readable[place]:
            sieve.drop(row, "unreadable", _undecoded(paths[row]))
    with counting("measures") as progress:
        measured = measure_faces(
            [paths[row] for row in rows],
            faces,
            finder=finder,
            template=rules.template,
            cache=cache,
            workers=workers,
            progress=progress,
        )
    _apply_limits(sieve, rows, faces, measured, rules)
    place_of = {row: place for place, row in enumerate(rows)}
    if rules.dedupe:
        with counting("copies") as progress:
            reader = ThumbnailReader(cache=cache, workers=workers, progress=progress)
            _drop_copies(sieve, rows, faces, measured, reader)
    _drop_small_people(sieve, rules.min_images)
    kept = sieve.left()
    places = [place_of[row] for row in kept]
    return Selection(
        rows=kept,
        faces=[faces[place] if measured.known[place] else None for place in places],
        measures=[measured.row(place) for place in places],
        digests=Digests(cache).of([paths[row] for row in kept]),
        left_out=sieve.left_out(),
    )


def _apply_limits(
    sieve: _Sieve, rows: list[int], faces: CentralFaces, measured: Measured, rules: Rules
) -> None:
    for place, row in enumerate(rows):
        if not measured.known[place]:
            if not rules.keep_faceless:
                sieve.drop(row, "no face", f"no face of {rules.min_face_px:g} px or more was found")
            continue
        values = {**measured.row(place), "score": float(faces.scores[place])}
        problem = rules.limits.problem(values)
        if problem is not None:
            sieve.drop(row, *problem)


def _drop_copies(
    sieve: _Sieve,
    rows: list[int],
    faces: CentralFaces,
    measured: Measured,
    reader: ThumbnailReader,
) -> None:
    """Leave out copies; a picture under two names counts though one of them is left out already."""
    collection = sieve.collection
    pictures = same_pictures(reader([collection.photos.paths[row] for row in rows]))
    labels = collection.photos.labels[rows]
    size = [row.get("size_px", 0.0) for row in map(measured.row, range(len(rows)))]
    worth = [
        (float(row not in sieve.reasons), float(faces.found[place]), size[place])
        for place, row in enumerate(rows)
    ]
    for copy in find_copies(pictures, labels, worth=worth):
        other = collection.names[rows[copy.of]]
        what = "the same file as" if copy.identical else "the same picture as"
        if copy.other_person:
            person = collection.photos.people[rows[copy.of]]
            why = f"{what} {other} of {person}: nobody knows whose it is"
            sieve.drop(rows[copy.row], "copy under another name", why)
        else:
            sieve.drop(rows[copy.row], "copy", f"{what} {other}")


def _drop_small_people(sieve: _Sieve, least: int) -> None:
    people = sieve.collection.photos.people
    rows = sieve.left()
    counts = Counter(people[row] for row in rows)
    for row in rows:
        if (count := counts[people[row]]) < least:
            why = f"{people[row]} has {count} such photographs, wanted {least}"
            sieve.drop(row, "few images", why)


def _unopened(path: Path) -> str | None:
    try:
        # Opening a named pipe would wait for its writer.
        if not path.is_file():
            return "not a file"
        with path.open("rb"):
            return None
    except OSError as error:
        return f"the file cannot be read: {error.strerror}"


def _undecoded(path: Path) -> str:
    try:
        load_photo(path)
    except FacemetricError as error:
        return error.cause
    return "it could not be decoded before, and can be now: run the command again"
