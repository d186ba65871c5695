"""What SQLite's errors mean, and the way out."""

from __future__ import annotations

import sqlite3

_WORDS = (
    ("SQLITE_NOTADB", "is not a gallery (no SQLite file)", "Name another file"),
    ("SQLITE_CORRUPT", "is damaged", "Restore it from a copy"),
    (
        "SQLITE_BUSY",
        "another process was writing for more than {timeout_s:g} s",
        "Try again, or open with a longer timeout_s",
    ),
    (
        "SQLITE_READONLY",
        "cannot be written",
        "Check the permissions of file and folder, or open with read_only",
    ),
    (
        "SQLITE_CANTOPEN",
        "cannot be opened",
        "File and folder must be readable, and the folder writable for the log beside the file",
    ),
    ("SQLITE_PERM", "cannot be opened", "Check the permissions of file and folder"),
    ("SQLITE_FULL", "the disk is full", "Make room and try again; nothing was half written"),
    ("SQLITE_IOERR", "the disk could not be read or written", "Check the disk, then try again"),
)


def in_words(error: sqlite3.Error, *, read_only: bool, timeout_s: float) -> tuple[str, str | None]:
    """Return the cause of an error and its fix, where there is one."""
    name = getattr(error, "sqlite_errorname", "")
    if read_only and name.startswith("SQLITE_READONLY"):
        return (
            "cannot be read where no log can be written beside it",
            "Copy it to a folder that you can write to, or ask for that permission",
        )
    for prefix, cause, fix in _WORDS:
        if name.startswith(prefix):
            return cause.format(timeout_s=timeout_s), fix
    return f"{error} ({name or type(error).__name__})", None
