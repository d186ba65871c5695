"""Portraits of samples in a SQL gallery, inside a transaction that the caller holds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from facemetric.errors import InputError, PersonError
from facemetric.gallery.portrait import Portrait, check_portrait
from facemetric.gallery.sql.connection import Connection
from facemetric.gallery.sql.rows import SAMPLE_QUERY, samples_of

_OWNERS = """SELECT s.row, s.id, p.id FROM samples s JOIN people p ON p.row = s.person
    WHERE s.row IN (?*)"""
_THEIRS = """SELECT o.sample, o.jpeg, o.frame, s.id, p.id FROM portraits o
    JOIN samples s ON s.row = o.sample JOIN people p ON p.row = s.person WHERE o.sample IN (?*)"""
_CHUNK = 256


def add_portraits(connection: Connection, portraits: Mapping[int, Portrait]) -> None:
    """Store portraits by the rows of their samples, which are stored and have none yet."""
    if not portraits:
        return
    rows = [(row, one.jpeg, json.dumps(one.frame_xyxy_px)) for row, one in portraits.items()]
    if connection.sealing is not None:
        owners = {
            row: (sample, person)
            for row, sample, person in connection.select_in(_OWNERS, list(portraits))
        }
        rows = [
            (row, *connection.sealing.portrait(*owners[row], jpeg, frame))
            for row, jpeg, frame in rows
        ]
    connection.executemany("INSERT INTO portraits (sample, jpeg, frame) VALUES (?, ?, ?)", rows)


def portraits_of(connection: Connection, samples: Sequence[int]) -> dict[int, Portrait]:
    """Return the portraits of some samples, by their rows; those without one are missing."""
    found = {}
    for row, jpeg, frame, sample, person in connection.select_in(_THEIRS, samples).fetchall():
        if connection.sealing is not None:
            jpeg, frame = connection.sealing.opened_portrait(sample, person, jpeg, frame)
        left, top, right, bottom = json.loads(frame)
        found[row] = Portrait(bytes(jpeg), (left, top, right, bottom))
    return found


def has_portrait(connection: Connection, sample: int) -> bool:
    """Whether the sample of a row has a portrait."""
    query = "SELECT 1 FROM portraits WHERE sample = ?"
    return connection.execute(query, (sample,)).fetchone() is not None


def count_portraits(connection: Connection, person: int) -> int:
    """Return how many portraits are kept of the person of a row."""
    query = """SELECT count(*) FROM portraits o JOIN samples s ON s.row = o.sample
        WHERE s.person = ?"""
    return int(connection.execute(query, (person,)).fetchone()[0])


def sample_row(connection: Connection, sample_id: str) -> tuple[int, int]:
    """Return the rows of a sample and its person; PersonError where there is no such sample."""
    found = connection.execute(
        "SELECT row, person FROM samples WHERE id = ?", (sample_id.strip().lower(),)
    ).fetchone()
    if found is None:
        raise PersonError("no such sample", item=sample_id, fix="samples() lists their ids")
    return int(found[0]), int(found[1])


def remove_portrait(connection: Connection, sample: int) -> None:
    """Delete the portrait of the sample of a row, if there is one."""
    connection.execute("DELETE FROM portraits WHERE sample = ?", (sample,))


def hand_over(connection: Connection, sample: int, kept: int) -> None:
    """Give a sample's portrait to the same face's sample that is kept, unless that has one."""
    if has_portrait(connection, kept):
        return
    portrait = portraits_of(connection, [sample]).get(sample)
    if portrait is not None:
        remove_portrait(connection, sample)
        add_portraits(connection, {kept: portrait})


def portrait_problems(connection: Connection) -> list[str]:
    """Read every portrait and return what is wrong, in sentences; errors where one cannot be."""
    rows = [row for (row,) in connection.execute("SELECT sample FROM portraits ORDER BY sample")]
    problems = []
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        found = portraits_of(connection, chunk)
        theirs = connection.select_in(f"{SAMPLE_QUERY} WHERE s.row IN (?*) ORDER BY s.row", chunk)
        faces = samples_of(connection, theirs.fetchall())
        for (_, portrait), sample in zip(sorted(found.items()), faces, strict=True):
            try:
                check_portrait(portrait, face=sample.face, item=sample.id)
            except InputError as error:
                problems.append(f"portrait of sample {sample.id}: {error.cause}")
    return problems
