"""Vectors of an encrypted SQLite gallery: sealed when stored, opened when read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from facemetric.gallery.sql.sealing import Row, Sealing, vector_place

_OWNERS = """SELECT s.row, s.id, p.id FROM samples s JOIN people p ON p.row = s.person
    WHERE s.row IN (?*)"""
_THEIRS = """SELECT e.sample, e.vector, e.flip, s.id, p.id FROM embeddings e
    JOIN samples s ON s.row = e.sample JOIN people p ON p.row = s.person
    WHERE e.bundle = ? AND e.sample IN (?*)"""
# CROSS JOIN: walk the vectors in the order of enrolment and look the rest up.
_WALK = """SELECT e.row, e.encoding, e.vector, s.id, p.id, s.person, p.name
    FROM embeddings e CROSS JOIN samples s ON s.row = e.sample
    CROSS JOIN people p ON p.row = s.person WHERE e.bundle = ?"""
_PICK = _WALK.replace("CROSS JOIN", "JOIN")


@dataclass(frozen=True, slots=True)
class Opened:
    """A vector that was opened, and whose it is: the names are opened where that was asked."""

    row: int
    encoding: str
    vector: bytes
    sample_id: str
    person_id: str
    person: int
    name: str

    @property
    def stored(self) -> tuple[int, str, None, bytes]:
        """As `stored_values` takes it."""
        return self.row, self.encoding, None, self.vector


class _Connection(Protocol):
    def execute(self, sql: str, values: Sequence[Any] = (), /) -> sqlite3.Cursor: ...

    def select_in(
        self, sql: str, wanted: Sequence[Any], values: Sequence[Any] = ()
    ) -> sqlite3.Cursor: ...


def sealed_embeddings(
    connection: _Connection, sealing: Sealing, rows: Sequence[Sequence[Any]]
) -> Iterator[Row]:
    """Return embeddings to be stored with their vectors sealed; their samples are stored."""
    owners = {
        row: (sample, person)
        for row, sample, person in connection.select_in(_OWNERS, [row[0] for row in rows])
    }
    places = [vector_place(*owners[row[0]], row[1]) for row in rows]
    vectors = sealing.vectors.seal_all([row[4] for row in rows], places)
    return ((*row[:4], vector, *row[5:]) for row, vector in zip(rows, vectors, strict=True))


def opened_embeddings(
    connection: _Connection, sealing: Sealing, samples: Sequence[int], bundle: str
) -> list[tuple[int, bytes, int]]:
    """Return (sample's row, vector's bytes, flip) of some samples."""
    rows = connection.select_in(_THEIRS, samples, (bundle,)).fetchall()
    places = [vector_place(sample, person, bundle) for *_, sample, person in rows]
    vectors = sealing.vectors.open_all([row[1] for row in rows], places)
    return [(row[0], vector, row[2]) for row, vector in zip(rows, vectors, strict=True)]


def walk(
    connection: _Connection,
    sealing: Sealing,
    bundle: str,
    *,
    clause: str = "",
    values: Sequence[Any] = (),
    chunk_rows: int = 16_384,
    names: bool = False,
) -> Iterator[list[Opened]]:
    """Yield vectors of a bundle, opened, in the order of enrolment, in chunks."""
    cursor = connection.execute(f"{_WALK} {clause} ORDER BY e.row", (bundle, *values))
    while rows := cursor.fetchmany(chunk_rows):
        yield _opened(sealing, bundle, rows, names=names)


def pick(
    connection: _Connection,
    sealing: Sealing,
    bundle: str,
    wanted: Sequence[Any],
    *,
    clause: str,
    names: bool = False,
) -> list[Opened]:
    """Return the vectors that an ``IN (?*)`` chooses, opened, in the order of enrolment."""
    query = f"{_PICK} AND {clause} IN (?*) ORDER BY e.row"
    rows = connection.select_in(query, wanted, (bundle,)).fetchall()
    return _opened(sealing, bundle, rows, names=names)


def _opened(sealing: Sealing, bundle: str, rows: Sequence[Row], *, names: bool) -> list[Opened]:
    places = [vector_place(sample, person, bundle) for _, _, _, sample, person, _, _ in rows]
    vectors = sealing.vectors.open_all([row[2] for row in rows], places)
    known: dict[str, str] = {}
    if names:
        once = {row[4]: row[6] for row in rows}
        known = dict(zip(once, sealing.opened_names(once.items()), strict=True))
    return [
        Opened(row[0], row[1], vector, row[3], row[4], row[5], known.get(row[4], ""))
        for row, vector in zip(rows, vectors, strict=True)
    ]
