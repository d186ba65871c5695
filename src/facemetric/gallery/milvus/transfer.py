"""Whole people out of a Milvus gallery and into another, ids and times kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from facemetric.errors import PersonError
from facemetric.gallery.milvus.collections import Row
from facemetric.gallery.milvus.directory import Directory
from facemetric.gallery.milvus.rows import (
    SAMPLE_FIELDS,
    person_facts,
    person_of,
    sample_of,
    stored_sample_row,
    vectors_of,
)
from facemetric.gallery.names import name_key
from facemetric.gallery.records import Person, PersonRecord, StoredSample
from facemetric.gallery.rules import time_text


def read_people(
    directory: Directory, *, count: int, bundle: str, dim: int
) -> Iterator[list[PersonRecord]]:
    """Yield everyone in the order of enrolment, ``count`` at a time."""
    everyone = directory.everyone()
    for start in range(0, len(everyone), count):
        chunk = everyone[start : start + count]
        ids = [row["id"] for row in chunk]
        rows = directory.collections.among("samples", "person", ids, (*SAMPLE_FIELDS, "vector"))
        rows.sort(key=lambda row: int(row["number"]))
        held: dict[str, list[StoredSample]] = {identity: [] for identity in ids}
        for row, vector in zip(rows, vectors_of(rows, dim), strict=True):
            stored = StoredSample(sample_of(row, bundle), vector, row["facts"]["flip"])
            held[row["person"]].append(stored)
        yield [
            PersonRecord(person_of(row, len(held[row["id"]])), tuple(held[row["id"]]))
            for row in chunk
        ]


def restore(directory: Directory, records: Sequence[PersonRecord]) -> int:
    """Store people with the ids and times that they have; return how many were not there yet.

    Raises
    ------
    PersonError
        Another person has the name, or another one's sample the id.
    """
    ids = [record.person.id for record in records]
    known = {row["id"] for row in directory.collections.among("people", "id", ids, ())}
    fresh = [record for record in records if record.person.id not in known]
    _check_free(directory, fresh)
    people = [_person_row(directory, record.person) for record in fresh]
    samples = [
        stored_sample_row(one, number=directory.next_number(), groups=record.person.groups)
        for record in fresh
        for one in record.samples
    ]
    directory.collections.put("samples", samples)
    directory.collections.put("people", people)
    return len(fresh)


def _check_free(directory: Directory, records: Sequence[PersonRecord]) -> None:
    keys = [name_key(record.person.name) for record in records]
    names = dict(zip(keys, (record.person.name for record in records), strict=True))
    taken = [
        row["name_key"]
        for row in directory.collections.among("people", "name_key", keys, ("name_key",))
    ]
    if taken:
        raise PersonError(
            "somebody else has the name", item=names[min(taken)], fix="Rename one of the two first"
        )
    owners = [(one.sample.id, record.person.id) for record in records for one in record.samples]
    # Those of the same person were left by a copy that was killed.
    wanted = dict(owners)
    rows = directory.collections.among("samples", "id", wanted, ("person",))
    others = {row["person"] for row in rows if row["person"] != wanted[row["id"]]}
    there = {row["id"] for row in directory.collections.among("people", "id", others, ())}
    stolen = [row["id"] for row in rows if row["person"] in there]
    if stolen:
        raise PersonError(f"sample {min(stolen)} belongs to somebody else there", item="samples")


def _person_row(directory: Directory, person: Person) -> Row:
    return {
        "id": person.id,
        "name_key": name_key(person.name),
        "number": directory.next_number(),
        "facts": person_facts(
            person.name,
            created=time_text(person.created, name="created"),
            updated=time_text(person.updated, name="updated"),
            consent=person.consent,
            keep_until=person.keep_until,
            groups=person.groups,
        ),
    }
