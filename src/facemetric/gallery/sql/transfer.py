"""Whole people out of a SQL gallery and into another, ids and times kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from facemetric.errors import PersonError
from facemetric.gallery.names import name_key
from facemetric.gallery.portrait import Portrait
from facemetric.gallery.records import PersonRecord, StoredSample
from facemetric.gallery.rules import time_text
from facemetric.gallery.sql.connection import Connection, next_row
from facemetric.gallery.sql.lookup import known_names
from facemetric.gallery.sql.portraits import add_portraits, portraits_of
from facemetric.gallery.sql.rows import (
    SAMPLE_QUERY,
    Row,
    face_values,
    people_where,
    quality_text,
    samples_of,
    terms_values,
)
from facemetric.index import Codec
from facemetric.types import Float32

_THEIRS = SAMPLE_QUERY.replace("SELECT s.id", "SELECT s.row, s.person, s.id", 1)


def read_people(
    connection: Connection, *, after: int, count: int, bundle: str, dim: int, codec: Codec | None
) -> tuple[list[PersonRecord], int]:
    """Return the next people in the order of enrolment, and the number of the last one.

    People whose number is not above ``after`` are behind; none left gives an empty list.
    """
    numbers = [
        row
        for (row,) in connection.execute(
            "SELECT row FROM people WHERE row > ? ORDER BY row LIMIT ?", (after, count)
        )
    ]
    if not numbers:
        return [], after
    between = "WHERE p.row BETWEEN ? AND ? ORDER BY p.row"
    people = people_where(connection, between, (numbers[0], numbers[-1]))
    samples = connection.select_in(f"{_THEIRS} WHERE s.person IN (?*)", numbers).fetchall()
    samples.sort(key=lambda row: row[0])
    found = samples_of(connection, [row[2:] for row in samples])
    vectors = {
        sample: (values, flip)
        for sample, values, flip in _vectors(
            connection, [row[0] for row in samples], bundle=bundle, dim=dim, codec=codec
        )
    }
    portraits = portraits_of(connection, [row[0] for row in samples])
    held: dict[int, list[StoredSample]] = {number: [] for number in numbers}
    for (number, person, *_), sample in zip(samples, found, strict=True):
        if number in vectors:
            embedding, flip = vectors[number]
            held[person].append(StoredSample(sample, embedding, flip, portraits.get(number)))
    records = [
        PersonRecord(person, tuple(held[row])) for row, person in zip(numbers, people, strict=True)
    ]
    return records, numbers[-1]


def restore(
    connection: Connection, records: Sequence[PersonRecord], *, bundle: str, codec: Codec | None
) -> int:
    """Store people with the ids and times that they have; return how many were not there yet.

    Raises
    ------
    PersonError
        Another person has the name, or another sample the id.
    """
    known = {
        one
        for (one,) in connection.select_in(
            "SELECT id FROM people WHERE id IN (?*)", [record.person.id for record in records]
        )
    }
    fresh = [record for record in records if record.person.id not in known]
    if not fresh:
        return 0
    _check_free(connection, fresh)
    first_person, number = next_row(connection, "people"), next_row(connection, "samples")
    people: list[Row] = []
    groups: list[Row] = []
    samples: list[Row] = []
    embeddings: list[Row] = []
    portraits: dict[int, Portrait] = {}
    for row, record in enumerate(fresh, first_person):
        person = record.person
        people.append(
            (
                *(row, person.id, person.name, name_key(person.name)),
                time_text(person.created, name="created"),
                time_text(person.updated, name="updated"),
                *terms_values(person.consent, person.keep_until),
            )
        )
        groups += [(row, group) for group in person.groups]
        for stored in record.samples:
            one = stored.sample
            taken = None if one.taken is None else time_text(one.taken, name="taken")
            created = time_text(one.created, name="created")
            samples.append(
                (
                    *(number, one.id, row, one.source, one.source_sha256),
                    *face_values(one.face),
                    *(quality_text(one.quality), taken, created, one.mapped_from),
                )
            )
            encoding, data = _encoded(stored.embedding, codec)
            embeddings.append((number, bundle, int(stored.flip), encoding, data, created))
            if stored.portrait is not None:
                portraits[number] = stored.portrait
            number += 1
    if connection.sealing is not None:
        ids = {one[0]: one[1] for one in people}
        people = connection.sealing.people(people)
        samples = connection.sealing.samples(samples, ids)
        groups = connection.sealing.groups(groups, ids)
    connection.insert(
        """people (row, id, name, name_key, created, updated, consent_basis, consent_text,
        consent_at, keep_until)""",
        people,
    )
    sealed = "" if connection.sealing is None else ", sealed"
    connection.insert(f"person_groups (person, name{sealed})", groups)
    connection.insert(
        """samples (row, id, person, source, source_sha256, box_left, box_top, box_right,
        box_bottom, landmarks, score, quality, taken, created, mapped_from)""",
        samples,
    )
    connection.add_embeddings(embeddings)
    add_portraits(connection, portraits)
    return len(fresh)


def _check_free(connection: Connection, records: Sequence[PersonRecord]) -> None:
    keys = {name_key(record.person.name): record.person.name for record in records}
    taken = known_names(connection, list(keys))
    if taken:
        raise PersonError(
            "somebody else has the name", item=keys[min(taken)], fix="Rename one of the two first"
        )
    ids = [stored.sample.id for record in records for stored in record.samples]
    there = connection.select_in("SELECT id FROM samples WHERE id IN (?*)", ids).fetchone()
    if there is not None:
        raise PersonError(f"sample {there[0]} belongs to somebody else there", item="samples")


def _vectors(
    connection: Connection,
    samples: Sequence[int],
    *,
    bundle: str,
    dim: int,
    codec: Codec | None,
) -> Iterator[tuple[int, Float32, bool]]:
    rows = connection.embeddings_of(samples, bundle)
    if not rows:
        return
    kind = "<f4" if codec is None else "u1"
    values = np.frombuffer(b"".join(row[1] for row in rows), kind).reshape(-1, dim)
    vectors: Float32 = values.astype(np.float32)
    if codec is not None:
        vectors = codec.decode(values.astype(np.uint8, copy=False))
    for (sample, _, flip), vector in zip(rows, vectors, strict=True):
        yield sample, vector, bool(flip)


def _encoded(embedding: Float32, codec: Codec | None) -> tuple[str, bytes]:
    if codec is None:
        return "f32", np.ascontiguousarray(embedding, dtype="<f4").tobytes()
    return "u8", codec.encode(embedding[None]).tobytes()
