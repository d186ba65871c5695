"""Whether a snapshot is of what a file holds now: an older copy may have been put in its place."""

from __future__ import annotations

from dataclasses import dataclass

from facemetric.gallery.sqlite.connection import SqliteConnection


@dataclass(frozen=True, slots=True)
class Mark:
    """What a file says at the end of a snapshot, and another line of its history would not.

    Attributes
    ----------
    row, sample
        Number of the last embedding in it, and the id of its sample, which is drawn; 0 and
        empty where there is none.
    change, changed
        Number of the last of the gallery's ``changes`` that is in it, and the embedding that this
        was about; 0 where there is none.
    """

    row: int
    sample: str
    change: int
    changed: int


def mark_of(connection: SqliteConnection, *, row: int, change: int) -> Mark | None:
    """Return the mark of a snapshot that ends here; `None` where its end is gone already."""
    sample = _sample(connection, row) if row else ""
    return None if sample is None else Mark(row, sample, change, _changed(connection, change))


def is_ours(connection: SqliteConnection, mark: Mark) -> bool:
    """Whether the file went on from where a snapshot was made."""
    if _changed(connection, mark.change) != mark.changed:
        return False
    sample = _sample(connection, mark.row) if mark.row else ""
    if sample is not None:
        return sample == mark.sample
    erased = "SELECT 1 FROM changes WHERE embedding = ? AND number > ?"
    return connection.execute(erased, (mark.row, mark.change)).fetchone() is not None


def _sample(connection: SqliteConnection, row: int) -> str | None:
    found = connection.execute(
        "SELECT s.id FROM embeddings e JOIN samples s ON s.row = e.sample WHERE e.row = ?", (row,)
    ).fetchone()
    return None if found is None else str(found[0])


def _changed(connection: SqliteConnection, change: int) -> int:
    """Return the embedding that a change was about; 0 where there was none of that number."""
    found = connection.execute(
        "SELECT embedding FROM changes WHERE number = ?", (change,)
    ).fetchone()
    return 0 if found is None else int(found[0])
