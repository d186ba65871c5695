"""Photographs known by their content; a file is hashed again only when it changes."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from facemetric.datasets import BoxedPhoto, EncodedPhoto, Photo
from facemetric.errors import DataError

_TABLE = """
CREATE TABLE IF NOT EXISTS file (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL
) WITHOUT ROWID
"""
_FIX = "Set FACEMETRIC_HOME to a folder that can be written, or do without a cache"


class Digests:
    """The SHA-256 of photographs, remembered by path, size and time of change.

    Parameters
    ----------
    folder
        Where to remember them; ``None`` to hash every time.
    """

    def __init__(self, folder: Path | None) -> None:
        self._file = None if folder is None else Path(folder) / "digests.sqlite"

    def of(self, photos: Sequence[Photo]) -> list[str]:
        """Return a hex digest for each photograph; two faces of one photograph differ.

        Raises
        ------
        DataError
            A file cannot be read, or what is remembered cannot be read or written.
        """
        paths = {_path(photo): None for photo in photos if not isinstance(photo, EncodedPhoto)}
        known = self._files(list(paths))
        return [_digest(photo, known) for photo in photos]

    def _files(self, paths: Sequence[Path]) -> dict[Path, str]:
        stats = {path: _stat(path) for path in paths}
        if self._file is None:
            return {path: _hash(path) for path in paths}
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with closing(sqlite3.connect(self._file, timeout=60)) as database:
                database.execute(_TABLE)
                return _look_up(database, stats)
        except (OSError, sqlite3.Error) as error:
            raise DataError(
                f"the cache cannot be used: {error}", item=str(self._file), fix=_FIX
            ) from error


def _look_up(
    database: sqlite3.Connection, stats: dict[Path, tuple[str, int, int]]
) -> dict[Path, str]:
    found: dict[Path, str] = {}
    new = []
    for path, (name, size, mtime_ns) in stats.items():
        row = database.execute(
            "SELECT sha256 FROM file WHERE path = ? AND size = ? AND mtime_ns = ?",
            (name, size, mtime_ns),
        ).fetchone()
        found[path] = row[0] if row else _hash(path)
        if not row:
            new.append((name, size, mtime_ns, found[path]))
    with database:
        database.executemany("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)", new)
    return found


def _path(photo: Path | BoxedPhoto) -> Path:
    return photo.path if isinstance(photo, BoxedPhoto) else Path(photo)


def _stat(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise DataError(f"the file cannot be read: {error}", item=str(path)) from error
    # Surrogates stand for bytes that are no text; SQLite takes text only.
    name = str(path.absolute()).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return name, status.st_size, status.st_mtime_ns


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"the file cannot be read: {error}", item=str(path)) from error


def _digest(photo: Photo, known: dict[Path, str]) -> str:
    if isinstance(photo, EncodedPhoto):
        return hashlib.sha256(photo.data).hexdigest()
    content = known[_path(photo)]
    if isinstance(photo, BoxedPhoto):
        place = f"{content}|{photo.box_xyxy_px}|{photo.landmarks_px}"
        return hashlib.sha256(place.encode()).hexdigest()
    return content
