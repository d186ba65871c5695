"""A groups file as an SQLite database: opened with care, its errors put into words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from facemetric.cluster.state.schema import APPLICATION_ID, TABLES, VERSION
from facemetric.errors import GroupsError

TIMEOUT_S = 30.0


def connect(path: Path, fill: Callable[[sqlite3.Connection], None] | None) -> sqlite3.Connection:
    """Open a groups file, or make one that ``fill`` writes the first row of.

    Raises
    ------
    GroupsError
        It is absent and ``fill`` is ``None``, is another program's, of a later version, damaged or
        cannot be written.
    """
    if not path.exists() and fill is None:
        raise GroupsError("there is no such file", item=str(path), fix="Group photographs first")
    if path.is_dir() or not path.parent.is_dir():
        raise GroupsError("expected a file in a folder that is there", item=str(path))
    if not path.exists():
        # Faces are for their owner alone; SQLite would go by the umask.
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise GroupsError(
                f"cannot be made: {error.strerror or error}", item=str(path)
            ) from error
    with translated(path):
        connection = sqlite3.connect(path, timeout=TIMEOUT_S, isolation_level=None)
        try:
            # What is erased is overwritten, in the file and in its journal.
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            _prepare(connection, path, fill)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(
    connection: sqlite3.Connection, path: Path, fill: Callable[[sqlite3.Connection], None] | None
) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if not (application or version or tables) and fill is not None:
        with writing(connection):
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
            for table in TABLES:
                connection.execute(table)
            fill(connection)
    elif application != APPLICATION_ID:
        raise GroupsError(
            "is no file of groups", item=str(path), fix="Choose another name for the state"
        )
    elif version > VERSION:
        raise GroupsError(
            f"was written by a later version of facemetric ({version}, this one reads {VERSION})",
            item=str(path),
            fix="Update facemetric",
        )


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing of what is written inside; on disk once the block was left."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has ended it by itself after some errors
            connection.execute("ROLLBACK")
        raise


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into GroupsError."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        cause, fix = f"cannot be used: {error}", "Restore a copy, or choose another name"
        if name.startswith("SQLITE_BUSY"):
            cause, fix = "is being written by another process", "Wait for it"
        elif name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
            cause = f"cannot be written or read: {error}"
            fix = "Make room on the disk, and run it again: what was added before is kept"
        raise GroupsError(cause, item=str(path), fix=fix) from error
