"""What was erased or replaced is counted: its bytes may be in the store until a purge."""

from __future__ import annotations

from facemetric.gallery.records import Consent
from facemetric.gallery.sql.connection import Connection
from facemetric.gallery.sql.rows import people_where


def count_erasure(connection: Connection) -> None:
    """Note that something was erased, whose bytes are in the file until a purge."""
    connection.execute("UPDATE gallery SET erasures = erasures + 1")


def count_consent(connection: Connection, person: int, consent: Consent | None) -> None:
    """Note that a person's consent is replaced, where there was another.

    Another ``keep_until`` is no erasure: it is put off for everybody by a job, and tells of nobody.
    """
    (known,) = people_where(connection, "WHERE p.row = ?", (person,))
    if known.consent is not None and known.consent != consent:
        count_erasure(connection)


def unpurged(connection: Connection) -> int | None:
    """Return the number of the last erasure, where its bytes may still be in the file.

    Names, consents and groups that were replaced, and a person who became part of another, are
    erased too.
    """
    erasures, purged = connection.execute("SELECT erasures, purged FROM gallery").fetchone()
    return int(erasures) if erasures > purged else None
