"""Several sources as one, people joined by name."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.chips.source import ChipSource
from facemetric.errors import DataError, InputError

Duplicates = Literal["keep", "content", "file-name"]


class MergedSource:
    """Pictures of several sources as a `ChipSource`; made by `merge_sources`."""

    def __init__(
        self,
        sources: Sequence[ChipSource],
        of_source: NDArray[np.int64],
        rows: NDArray[np.int64],
        people: Sequence[str],
    ) -> None:
        self.sources = tuple(sources)
        self.of_source = of_source
        """``int64 (N,)``: which source a picture is from."""
        self.rows = rows
        """``int64 (N,)``: its row there."""
        self.names: tuple[str, ...] = tuple(sorted(set(people)))
        """The different people, sorted as text."""
        row_of = {name: row for row, name in enumerate(self.names)}
        self.labels: NDArray[np.int64] = np.array([row_of[name] for name in people], np.int64)
        """``int64 (N,)``: the row of each picture's person in ``names``."""
        self.found: NDArray[np.bool_] = np.empty(len(rows), np.bool_)
        """``bool (N,)``: False where no face was detected and a stand-in area was cut out."""
        for number, source in enumerate(self.sources):
            mine = of_source == number
            self.found[mine] = source.found[rows[mine]]

    def __len__(self) -> int:
        return len(self.rows)

    def origin(self, row: int) -> tuple[ChipSource, int]:
        """Return the source of a picture and its row there."""
        return self.sources[int(self.of_source[row])], int(self.rows[row])

    def encoded(self, row: int) -> bytes:
        """Return a picture's bytes; errors as its source's."""
        source, place = self.origin(row)
        return source.encoded(place)

    def item(self, row: int) -> str:
        """Return what its source calls a picture."""
        source, place = self.origin(row)
        return source.item(place)


def merge_sources(
    sources: Sequence[ChipSource],
    *,
    numeric_names: bool = False,
    duplicates: Duplicates = "keep",
) -> MergedSource:
    """Put sources behind one another; the same name means the same person.

    Parameters
    ----------
    numeric_names
        Every name is a number and ``01234`` means ``1234``.
    duplicates
        ``"keep"`` all pictures; or keep the first of those with the same bytes (``"content"``,
        which reads everything) or with the same file name whatever the folder (``"file-name"``,
        for sets whose names are unique: CelebA's).

    Raises
    ------
    InputError
        There are no sources, or ``duplicates`` is none of these.
    DataError
        A name is no number, or duplicates show different people.
    """
    if not sources:
        raise InputError("expected at least one source, got none", item="sources")
    if duplicates not in ("keep", "content", "file-name"):
        raise InputError(
            f'expected "keep", "content" or "file-name", got {duplicates!r}', item="duplicates"
        )
    of_source: list[int] = []
    rows: list[int] = []
    people: list[str] = []
    first_of: dict[object, tuple[str, str]] = {}
    for number, source in enumerate(sources):
        names = [_number(name) for name in source.names] if numeric_names else source.names
        for row, label in enumerate(source.labels.tolist()):
            person = names[label]
            if duplicates != "keep":
                item = source.item(row)
                key = _key(source, row, item, duplicates)
                if key in first_of:
                    _check_same(person, item, *first_of[key], duplicates=duplicates)
                    continue
                first_of[key] = person, item
            of_source.append(number)
            rows.append(row)
            people.append(person)
    return MergedSource(sources, np.array(of_source, np.int64), np.array(rows, np.int64), people)


def _check_same(
    person: str, item: str, before: str, item_before: str, *, duplicates: Duplicates
) -> None:
    if person != before:
        raise DataError(
            f"shows {person}, but {item_before} with the same {duplicates.replace('-', ' ')} "
            f"shows {before}",
            item=item,
            fix="Remove the wrong one, or keep duplicates",
        )


def _key(source: ChipSource, row: int, item: str, duplicates: Duplicates) -> object:
    if duplicates == "content":
        return hashlib.sha256(source.encoded(row)).digest()
    return item.rpartition("/")[2]


def _number(name: str) -> str:
    if not (name.isascii() and name.isdecimal()):
        raise DataError(
            "expected a person's name that is a number",
            item=name,
            fix="Merge without numeric_names",
        )
    return name.lstrip("0") or "0"
