"""Whether a snapshot is of what a file holds now: an older copy may have been put in its place.

When a snapshot is put in place, a number is drawn and written among the file's ``changes``. Only
the file itself, and copies of it as it was then or later, have that number, and with it all that
the snapshot holds; whatever happens to a copy of before, it has not.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from facemetric.gallery.sqlite.connection import SqliteConnection

_FIRST = 1 << 62


@dataclass(frozen=True, slots=True)
class Mark:
    """What a file says of a snapshot that is of it.

    Attributes
    ----------
    change
        Number of the last of the gallery's ``changes`` that is in the snapshot; 0: none.
    draw
        What stands for an embedding in a later change: a random number of at least 2**62, up to
        which none is counted.
    """

    change: int
    draw: int


def new_mark(change: int) -> Mark:
    """Return a mark for a snapshot that knows the changes up to one."""
    return Mark(change, _FIRST + secrets.randbits(62))


def last_change(connection: SqliteConnection) -> int:
    """Return the number of the last change; 0 where there is none."""
    (last,) = connection.execute("SELECT max(number) FROM changes").fetchone()
    return int(last or 0)


def leave(connection: SqliteConnection, mark: Mark) -> None:
    """Write a mark into the file, in the transaction in which the snapshot is put in place."""
    connection.execute("INSERT INTO changes (embedding) VALUES (?)", (mark.draw,))


def is_ours(connection: SqliteConnection, mark: Mark) -> bool:
    """Whether the file went on from where a snapshot was made."""
    found = "SELECT 1 FROM changes WHERE number > ? AND embedding = ? LIMIT 1"
    return connection.execute(found, (mark.change, mark.draw)).fetchone() is not None


def is_last(connection: SqliteConnection, mark: Mark) -> bool:
    """Whether a snapshot was put in place after the last change, and holds nothing erased."""
    last = "SELECT embedding FROM changes ORDER BY number DESC LIMIT 1"
    return bool(connection.execute(last).fetchone() == (mark.draw,))
