"""Storing one person's samples, inside a transaction that the caller holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid4

import numpy as np

from facemetric.errors import BundleMismatchError, InputError, PersonError, TamperedError
from facemetric.gallery.names import clean_name, group_names, is_id, name_key
from facemetric.gallery.portrait import Portrait
from facemetric.gallery.records import Consent, Enrolment, NewSample, Receipt
from facemetric.gallery.rules import check_sample, plain_text, same_face, time_text
from facemetric.gallery.sql.binding import bind_samples
from facemetric.gallery.sql.connection import Connection, next_row
from facemetric.gallery.sql.erasures import count_consent
from facemetric.gallery.sql.portraits import add_portraits, has_portrait, sample_row
from facemetric.gallery.sql.rows import (
    Row,
    face_values,
    people_where,
    quality_text,
    terms_values,
)
from facemetric.gallery.sql.sealing import Sealing
from facemetric.index import Codec
from facemetric.types import ItemError


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for one person, and what the gallery stores vectors of."""

    name: str
    samples: Sequence[NewSample]
    consent: Consent | None
    keep_until: datetime | None
    groups: Sequence[str]
    conflicts: Literal["refuse", "allow"]
    bundle: str
    dim: int
    codec: Codec | None

    def check(self) -> None:
        """Raise InputError unless everything can be stored."""
        if self.conflicts not in ("refuse", "allow"):
            raise InputError(
                f"expected 'refuse' or 'allow', got {self.conflicts!r}", item="conflicts"
            )
        if not self.samples:
            raise InputError("no samples to enrol", item=self.name)
        for sample in self.samples:
            check_sample(sample, dim=self.dim)


def enrol(connection: Connection, request: Request, *, at: datetime) -> Enrolment:
    """Store a request and return its acknowledgement, which holds once the caller commits."""
    request.check()
    bind_samples(connection, request.samples)
    moment = time_text(at, name="clock")
    found = find_person(connection, request.name)
    if found is None:
        if is_id(request.name):
            raise absent(connection, request.name)
        person = _add_person(connection, request.name, moment)
    else:
        person = found
    receipts = tuple(
        _store(connection, person, sample, request, moment) for sample in request.samples
    )
    changed = any(receipt.status == "added" for receipt in receipts)
    if found is not None and request.consent is not None:
        count_consent(connection, person, request.consent)
    groups = group_names(request.groups)
    if groups:
        add_groups(connection, person, groups)
        changed = True
    for columns, values in _terms(connection, person, request):
        connection.execute(f"UPDATE people SET {columns} WHERE row = ?", (*values, person))
        changed = True
    if found is not None and changed:
        connection.execute("UPDATE people SET updated = ? WHERE row = ?", (moment, person))
    (known,) = people_where(connection, "WHERE p.row = ?", (person,))
    return Enrolment(known, found is None, receipts)


def enrol_apart(connection: Connection, request: Request, *, at: datetime) -> Enrolment | ItemError:
    """Do as ``enrol`` within a larger transaction: a failure undoes this person alone."""
    connection.execute("SAVEPOINT person")
    try:
        return enrol(connection, request, at=at)
    except (PersonError, InputError, BundleMismatchError) as error:
        connection.execute("ROLLBACK TO person")
        return ItemError.of(error, item=request.name)
    finally:
        # SQLite has undone the whole transaction by itself after some errors.
        if connection.in_transaction:
            connection.execute("RELEASE person")


def find_person(connection: Connection, person: str) -> int | None:
    """Return the row of the person of that name or id."""
    if is_id(person):
        query, value = "SELECT row, id, name FROM people WHERE id = ?", person.strip().lower()
    else:
        value = stored_key(connection, person)
        query = "SELECT row, id, name FROM people WHERE name_key = ?"
    found = connection.execute(query, (value,)).fetchone()
    if found is None:
        return None
    row, identity, name = found
    if connection.sealing is not None and not is_id(person):
        # What a name is found by can be exchanged without the key; the sealed name cannot.
        (own,) = connection.sealing.opened_names([(identity, name)])
        if name_key(own) != name_key(person):
            raise TamperedError(
                "a name leads to another person's row",
                fix="Restore the gallery from a copy",
            )
    return int(row)


def stored_key(connection: Connection, name: str) -> str:
    """Return what the store holds to find a name by."""
    key = name_key(name)
    return key if connection.sealing is None else connection.sealing.name_key(key)


def id_of(connection: Connection, person: int) -> str:
    """Return the id of the person of a row."""
    (identity,) = connection.execute("SELECT id FROM people WHERE row = ?", (person,)).fetchone()
    return str(identity)


def add_groups(connection: Connection, person: int, groups: Sequence[str]) -> None:
    """Put a person into groups, which may have him already."""
    if connection.sealing is not None:
        ids = {person: id_of(connection, person)}
        connection.executemany(
            """INSERT INTO person_groups (person, name, sealed) VALUES (?, ?, ?)
            ON CONFLICT DO NOTHING""",
            connection.sealing.groups([(person, group) for group in groups], ids),
        )
        return
    connection.executemany(
        "INSERT INTO person_groups (person, name) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(person, group) for group in groups],
    )


def absent(connection: Connection, person: str) -> PersonError:
    """Return the error for a name or id that nobody has, with the nearest name."""
    import difflib

    # Comparing spellings takes too long among very many people.
    rows = connection.execute("SELECT id, name FROM people LIMIT 2000").fetchall()
    names = [name for _, name in rows]
    if connection.sealing is not None:
        names = connection.sealing.opened_names(rows)
    near = difflib.get_close_matches(person, names, n=1)
    fix = f"Did you mean {near[0]!r}?" if near else "The gallery's list of people has the names"
    return PersonError("no such person", item=person, fix=fix)


def _add_person(connection: Connection, name: str, moment: str) -> int:
    row = next_row(connection, "people")
    values: Row = (row, str(uuid4()), clean_name(name), name_key(name), moment, moment)
    if connection.sealing is not None:
        (values,) = connection.sealing.people([values])
    connection.execute(
        """INSERT INTO people (row, id, name, name_key, created, updated)
        VALUES (?, ?, ?, ?, ?, ?)""",
        values,
    )
    return row


def _terms(connection: Connection, person: int, request: Request) -> list[tuple[str, Row]]:
    *consent, kept = terms_values(request.consent, request.keep_until)
    changes: list[tuple[str, Row]] = []
    if request.consent is not None:
        if connection.sealing is not None:
            consent = [*connection.sealing.consent(id_of(connection, person), consent)]
        columns = "consent_basis = ?, consent_text = ?, consent_at = ?"
        changes.append((columns, tuple(consent)))
    if request.keep_until is not None:
        changes.append(("keep_until = ?", (kept,)))
    return changes


def _store(
    connection: Connection, person: int, sample: NewSample, request: Request, moment: str
) -> Receipt:
    face = face_values(sample.face)
    twins = _twins(connection, sample.source_sha256, face)
    others = tuple(name for _, row, name in twins if row != person)
    if others and request.conflicts == "refuse":
        raise PersonError(
            f"this face of {sample.source} is already enrolled as {others[0]!r}",
            item=request.name,
            fix=f"Enrol it as {others[0]!r}, or allow it with conflicts='allow' (--allow-conflict)",
        )
    own = [identity for identity, row, _ in twins if row == person]
    if own:
        return Receipt(own[0], "duplicate", others, _kept(connection, own[0], sample.portrait))
    identity, number = str(uuid4()), next_row(connection, "samples")
    taken = None if sample.taken is None else time_text(sample.taken, name="taken")
    values: Row = (
        *(number, identity, person, plain_text(sample.source), sample.source_sha256, *face),
        *(quality_text(sample.quality), taken, moment),
    )
    if connection.sealing is not None:
        (values,) = connection.sealing.samples([values], {person: id_of(connection, person)})
    connection.execute(
        """INSERT INTO samples (row, id, person, source, source_sha256, box_left, box_top,
        box_right, box_bottom, landmarks, score, quality, taken, created)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        values,
    )
    encoding, blob = _encoded(sample, request.codec)
    connection.add_embeddings([(number, request.bundle, int(sample.flip), encoding, blob, moment)])
    if sample.portrait is not None:
        add_portraits(connection, {number: sample.portrait})
    return Receipt(identity, "added", others, sample.portrait is not None)


def _kept(connection: Connection, sample_id: str, portrait: Portrait | None) -> bool:
    """Add a portrait to a sample that was there; return whether it has one then."""
    row, _ = sample_row(connection, sample_id)
    if has_portrait(connection, row):
        return True
    if portrait is not None:
        add_portraits(connection, {row: portrait})
    return portrait is not None


def _twins(connection: Connection, digest: str | None, face: Row) -> list[tuple[str, int, str]]:
    """Return (sample id, person's row, name) of stored samples of the same face."""
    if digest is None:
        return []
    if connection.sealing is not None:
        return _sealed_twins(connection, connection.sealing, digest, face)
    rows = connection.execute(
        """SELECT s.id, s.person, p.name, s.box_left, s.box_top, s.box_right, s.box_bottom
        FROM samples s JOIN people p ON p.row = s.person
        WHERE s.source_sha256 = ? ORDER BY s.row""",
        (digest,),
    )
    return [
        (identity, row, name) for identity, row, name, *box in rows if same_face(face, tuple(box))
    ]


def _sealed_twins(
    connection: Connection, sealing: Sealing, digest: str, face: Row
) -> list[tuple[str, int, str]]:
    rows = connection.execute(
        """SELECT s.id, s.person, p.id, p.name, s.source
        FROM samples s JOIN people p ON p.row = s.person
        WHERE s.source_sha256 = ? ORDER BY s.row""",
        (sealing.digest(digest),),
    ).fetchall()
    return [
        (sample, row, *sealing.opened_names([(person, name)]))
        for sample, row, person, name, facts in rows
        if same_face(face, sealing.facts(sample, person, facts)[2:6])
    ]


def _encoded(sample: NewSample, codec: Codec | None) -> tuple[str, bytes]:
    if codec is None:
        return "f32", np.ascontiguousarray(sample.embedding, dtype="<f4").tobytes()
    return "u8", codec.encode(sample.embedding[None]).tobytes()
