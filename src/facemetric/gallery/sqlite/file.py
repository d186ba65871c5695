"""The file of a SQLite gallery: whether it is there, made for its owner alone, opened."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

from facemetric.errors import GalleryError
from facemetric.gallery.sqlite.connection import SqliteConnection


def file_exists(path: Path) -> bool:
    """Whether there is a file; GalleryError where it is a folder, or that cannot be told."""
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise GalleryError(
            f"cannot be opened: {reason}", item=str(path), fix="Check the path and its permissions"
        ) from error
    if is_folder:
        raise GalleryError("is a folder, wanted a file", item=str(path), fix="Name a file in it")
    return True


def place_of(path: Path) -> str:
    """Return what tells a file that is there from all others, whatever its path."""
    about = path.stat()
    return f"file {about.st_dev}:{about.st_ino}"


def make_file(path: Path) -> None:
    """Make an empty file that only its owner may read; GalleryError where that fails."""
    try:
        # Faces are nobody else's business: the file, and its log, are for the owner alone.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise GalleryError(
            f"cannot be created: {error.strerror}",
            item=str(path),
            fix="Name a file in an existing folder that you can write to",
        ) from error


def connect(path: Path, *, read_only: bool, timeout_s: float) -> SqliteConnection:
    """Open a file that exists; GalleryError where it can only be read after somebody wrote."""
    options = "mode=ro" if read_only else "mode=rw"
    if read_only and _is_on_read_only_disk(path):
        # Nobody can write there, so SQLite may do without locks and a shared index.
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise GalleryError(
                "has changes in its write-ahead log, on a disk that is read-only",
                item=str(path),
                fix="Open and close it once where it can be written",
            )
        options = "immutable=1"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{options}",
        uri=True,
        timeout=timeout_s,
        isolation_level=None,
        check_same_thread=False,
        factory=SqliteConnection,
    )


def _is_on_read_only_disk(path: Path) -> bool:
    if not hasattr(os, "statvfs"):
        return False
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
