"""Changing and erasing what is enrolled, inside a transaction that the caller holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from facemetric.errors import PersonError
from facemetric.gallery.names import clean_name, group_names
from facemetric.gallery.records import Consent
from facemetric.gallery.rules import same_face, time_text
from facemetric.gallery.sql.connection import Connection
from facemetric.gallery.sql.enrolment import add_groups, id_of, stored_key
from facemetric.gallery.sql.erasures import count_consent, count_erasure
from facemetric.gallery.sql.merging import earlier, merge_sealed
from facemetric.gallery.sql.portraits import hand_over, has_portrait, remove_portrait, sample_row
from facemetric.gallery.sql.rows import people_where, terms_values


def rename(connection: Connection, person: int, name: str, *, at: datetime) -> None:
    """Give a person another name; PersonError where someone else has it."""
    cleaned = clean_name(name)
    key, sealing = stored_key(connection, cleaned), connection.sealing
    taken = connection.execute(
        "SELECT id, name FROM people WHERE name_key = ? AND row != ?", (key, person)
    ).fetchone()
    if taken is not None:
        owner = taken[1] if sealing is None else sealing.opened_names([taken])[0]
        raise PersonError(
            f"the name is taken by {owner!r}",
            item=cleaned,
            fix="Names are unique, whatever their case: add something to one of them, or merge",
        )
    old = connection.execute("SELECT id, name FROM people WHERE row = ?", (person,)).fetchone()
    if cleaned != (old[1] if sealing is None else sealing.opened_names([old])[0]):
        count_erasure(connection)  # of the old name
    if sealing is not None:
        cleaned = sealing.name(old[0], cleaned)
    connection.execute(
        "UPDATE people SET name = ?, name_key = ?, updated = ? WHERE row = ?",
        (cleaned, key, time_text(at, name="clock"), person),
    )


def set_terms(
    connection: Connection,
    person: int,
    consent: Consent | None,
    keep_until: datetime | None,
    *,
    at: datetime,
) -> None:
    """Replace consent and retention."""
    count_consent(connection, person, consent)
    *columns, kept = terms_values(consent, keep_until)
    if connection.sealing is not None:
        columns = [*connection.sealing.consent(id_of(connection, person), columns)]
    connection.execute(
        """UPDATE people SET consent_basis = ?, consent_text = ?, consent_at = ?, keep_until = ?,
        updated = ? WHERE row = ?""",
        (*columns, kept, time_text(at, name="clock"), person),
    )


def set_groups(connection: Connection, person: int, groups: Sequence[str], *, at: datetime) -> None:
    """Replace a person's groups."""
    (known,) = people_where(connection, "WHERE p.row = ?", (person,))
    names = group_names(groups, known=known.groups)
    if not {*known.groups} <= {*names}:
        count_erasure(connection)  # of the groups' names
    connection.execute("DELETE FROM person_groups WHERE person = ?", (person,))
    add_groups(connection, person, names)
    connection.execute(
        "UPDATE people SET updated = ? WHERE row = ?", (time_text(at, name="clock"), person)
    )


def merge(connection: Connection, into: int, other: int, *, at: datetime) -> None:
    """Move the samples of ``other`` to ``into``, drop those that both have, and erase ``other``."""
    if connection.sealing is None:
        _merge_rows(connection, into, other)
    else:
        merge_sealed(connection, connection.sealing, into, other)
    connection.execute(
        "UPDATE people SET updated = ? WHERE row = ?", (time_text(at, name="clock"), into)
    )
    remove_person(connection, other)


def _merge_rows(connection: Connection, into: int, other: int) -> None:
    query = """SELECT row, source_sha256, box_left, box_top, box_right, box_bottom FROM samples
        WHERE person = ? AND source_sha256 IS NOT NULL"""
    kept = connection.execute(query, (into,)).fetchall()
    by_source: dict[str, list[tuple[int, tuple[float, ...]]]] = {}
    for row, digest, *box in kept:
        by_source.setdefault(digest, []).append((row, tuple(box)))
    for row, digest, *box in connection.execute(query, (other,)).fetchall():
        twins = [one for one, known in by_source.get(digest, ()) if same_face(tuple(box), known)]
        if twins:
            hand_over(connection, row, twins[0])
            connection.execute("DELETE FROM samples WHERE row = ?", (row,))
    connection.execute("UPDATE samples SET person = ? WHERE person = ?", (into, other))
    _merge_terms(connection, into, other)
    connection.execute(
        """INSERT INTO person_groups (person, name)
        SELECT CAST(? AS BIGINT), name FROM person_groups WHERE person = ?
        ON CONFLICT DO NOTHING""",
        (into, other),
    )


def remove_person(connection: Connection, person: int) -> None:
    """Delete a person; samples and embeddings go with him by the foreign keys."""
    connection.execute("DELETE FROM people WHERE row = ?", (person,))
    count_erasure(connection)


def remove_sample(connection: Connection, sample_id: str, *, at: datetime) -> int:
    """Delete a sample and return its person's row; PersonError where there is none."""
    found = connection.execute(
        "DELETE FROM samples WHERE id = ? RETURNING person", (sample_id.strip().lower(),)
    ).fetchone()
    if found is None:
        raise PersonError("no such sample", item=sample_id, fix="samples() lists their ids")
    person = int(found[0])
    connection.execute(
        "UPDATE people SET updated = ? WHERE row = ?", (time_text(at, name="clock"), person)
    )
    count_erasure(connection)
    return person


def drop_portrait(connection: Connection, sample_id: str, *, at: datetime) -> None:
    """Delete a sample's portrait alone; PersonError where there is none."""
    row, person = sample_row(connection, sample_id)
    if not has_portrait(connection, row):
        raise PersonError("no portrait is kept", item=sample_id)
    remove_portrait(connection, row)
    connection.execute(
        "UPDATE people SET updated = ? WHERE row = ?", (time_text(at, name="clock"), person)
    )
    count_erasure(connection)


def _merge_terms(connection: Connection, into: int, other: int) -> None:
    query = "SELECT consent_basis, consent_text, consent_at, keep_until FROM people WHERE row = ?"
    *consent, kept = connection.execute(query, (into,)).fetchone()
    *other_consent, other_kept = connection.execute(query, (other,)).fetchone()
    if consent[0] is None:
        consent = other_consent
    kept = earlier(kept, other_kept)
    connection.execute(
        """UPDATE people SET consent_basis = ?, consent_text = ?, consent_at = ?, keep_until = ?
        WHERE row = ?""",
        (*consent, kept, into),
    )
