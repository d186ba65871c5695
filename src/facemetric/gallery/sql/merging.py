"""Merging two people whose rows are sealed: what moves is sealed anew, for its new owner."""

from __future__ import annotations

from facemetric.gallery.rules import same_face
from facemetric.gallery.sql.connection import Connection
from facemetric.gallery.sql.enrolment import add_groups, id_of
from facemetric.gallery.sql.portraits import (
    add_portraits,
    hand_over,
    portraits_of,
    remove_portrait,
)
from facemetric.gallery.sql.sealing import Sealing, vector_place


def merge_sealed(connection: Connection, sealing: Sealing, into: int, other: int) -> None:
    """Move samples, consent, retention and groups of ``other`` to ``into``, both by their rows."""
    new, old = id_of(connection, into), id_of(connection, other)
    query = "SELECT row, id, source_sha256, source FROM samples WHERE person = ?"
    kept: dict[str, list[tuple[int, list[float]]]] = {}
    for row, sample, digest, sealed in connection.execute(query, (into,)).fetchall():
        if digest is not None:
            box = sealing.facts(sample, new, sealed)[2:6]
            kept.setdefault(digest, []).append((row, box))
    for row, sample, digest, sealed in connection.execute(query, (other,)).fetchall():
        facts = sealing.facts(sample, old, sealed)
        twins = [one for one, known in kept.get(digest, ()) if same_face(facts[2:6], known)]
        if twins:
            hand_over(connection, row, twins[0])
            connection.execute("DELETE FROM samples WHERE row = ?", (row,))
            continue
        portraits = portraits_of(connection, [row])
        remove_portrait(connection, row)
        connection.execute(
            "UPDATE samples SET person = ?, source = ? WHERE row = ?",
            (into, sealing.sealed_facts(sample, new, facts), row),
        )
        _move_vectors(connection, sealing, (row, sample), old, new)
        add_portraits(connection, portraits)
    _merge_terms(connection, sealing, (into, new), (other, old))
    groups = connection.execute(
        "SELECT sealed FROM person_groups WHERE person = ?", (other,)
    ).fetchall()
    add_groups(connection, into, [sealing.opened_group(old, name) for (name,) in groups])


def earlier(kept: str | None, other: str | None) -> str | None:
    """Return until when a merged person is kept: no longer than was promised for any of the two."""
    return min((limit for limit in (kept, other) if limit is not None), default=None)


def _move_vectors(
    connection: Connection, sealing: Sealing, sample: tuple[int, str], old: str, new: str
) -> None:
    row, identity = sample
    vectors = connection.execute(
        "SELECT row, bundle, vector FROM embeddings WHERE sample = ?", (row,)
    ).fetchall()
    for number, bundle, sealed in vectors:
        vector = sealing.vectors.open(sealed, vector_place(identity, old, bundle))
        connection.execute(
            "UPDATE embeddings SET vector = ? WHERE row = ?",
            (sealing.vectors.seal(vector, vector_place(identity, new, bundle)), number),
        )


def _merge_terms(
    connection: Connection, sealing: Sealing, into: tuple[int, str], other: tuple[int, str]
) -> None:
    query = "SELECT consent_basis, consent_text, consent_at, keep_until FROM people WHERE row = ?"
    *consent, kept = connection.execute(query, into[:1]).fetchone()
    *other_consent, other_kept = connection.execute(query, other[:1]).fetchone()
    columns = sealing.opened_consent(into[1], consent)
    if columns[0] is None:
        columns = sealing.opened_consent(other[1], other_consent)
    connection.execute(
        """UPDATE people SET consent_basis = ?, consent_text = ?, consent_at = ?, keep_until = ?
        WHERE row = ?""",
        (*sealing.consent(into[1], columns), earlier(kept, other_kept), into[0]),
    )
