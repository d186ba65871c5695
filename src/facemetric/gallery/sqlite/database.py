"""One SQLite file: opened with care, changed in transactions, its errors put into words."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from facemetric.errors import GalleryError
from facemetric.gallery.sql.sealing import Sealing
from facemetric.gallery.sqlite.connection import SqliteConnection
from facemetric.gallery.sqlite.file import connect, file_exists, make_file
from facemetric.gallery.sqlite.schema import check_version, is_blank, migrate, schema_version
from facemetric.gallery.sqlite.wording import in_words

COMPACT_TIMEOUT_S = 5.0
TURN_S = 0.05
"""Waiting for another process to write, other threads may read after each of these."""


class SqliteDatabase:
    """A connection to a gallery's file, at the newest schema version.

    Parameters
    ----------
    path
        The file.
    read_only
        Never write to it; it must exist.
    create
        Called inside the first transaction of a new file, to fill it; ``None`` refuses new files.
    timeout_s
        How long to wait for another process that is writing.

    Raises
    ------
    GalleryError
        Where the file is absent, somebody else's, damaged, locked or cannot be written.
    """

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        create: Callable[[SqliteConnection], None] | None = None,
        timeout_s: float = 30.0,
    ) -> None:
        self.path = path
        self.read_only = read_only
        self.timeout_s = timeout_s
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._connection: SqliteConnection | None = None
        if not file_exists(path):
            if read_only or create is None:
                raise GalleryError(
                    "no such gallery",
                    item=self.item,
                    fix="Check the address: enrolling someone makes a gallery",
                )
            make_file(path)
        with self._translated():
            self._connection = connect(path, read_only=read_only, timeout_s=timeout_s)
            try:
                self._prepare(self._connection, create)
            except BaseException:
                self._connection.close()
                self._connection = None
                raise

    @property
    def item(self) -> str:
        """What errors call it."""
        return str(self.path)

    def seal(self, sealing: Sealing) -> None:
        """Seal what is written from now on, and open what is read."""
        self._opened().sealing = sealing

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let no other thread use it meanwhile."""
        with self._lock:
            yield

    @contextmanager
    def read(self) -> Iterator[SqliteConnection]:
        """Everything read inside is of one moment."""
        with self._lock, self._translated():
            connection = self._opened()
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN")
            with _ended(connection):
                yield connection

    @contextmanager
    def write(self, *, wait: bool = True) -> Iterator[SqliteConnection]:
        """All or nothing of what is written inside; on disk once the block was left.

        Without ``wait``, GalleryError at once where another process is writing. With it, other
        threads of this process read meanwhile.
        """
        if self.read_only:
            raise self._refusal()
        with self._translated():
            begun = self._begin_to_write(self.timeout_s if wait else 0.0)
            try:
                connection = self._opened()
                if begun:
                    with _ended(connection):
                        yield connection
                else:
                    yield connection
            finally:
                self._lock.release()

    def compact(self, *, wait: bool = True) -> bool:
        """Write the file anew and empty the log; return whether that could be done.

        Not where somebody is in the way, or the disk has no room for a second copy: nothing is
        changed then, and it can be done later. ``secure_delete`` alone is not enough: where SQLite
        re-packs a page, copies of rows stay behind in the gap between its cells.
        """
        if self.read_only:
            raise self._refusal()
        timeout_s = min(self.timeout_s, COMPACT_TIMEOUT_S) if wait else 0.0
        with self._lock, self._translated(), self._patience(timeout_s):
            connection = self._opened()
            try:
                connection.execute("VACUUM")
                (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_FULL")):
                    return False
                raise
            return not busy

    def size_bytes(self) -> int:
        """Size of the file and its write-ahead log."""
        files = (self.path, self.path.with_name(self.path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def close(self) -> None:
        """Let go of the file; further calls do nothing."""
        with self._lock:
            if self._connection is not None and os.getpid() == self._process:
                with self._translated():
                    self._connection.close()
            self._connection = None

    @contextmanager
    def _patience(self, timeout_s: float) -> Iterator[None]:
        """Wait for other processes for so long inside."""
        if timeout_s == self.timeout_s:
            yield
            return
        with self._lock:
            connection = self._opened()
            connection.execute(f"PRAGMA busy_timeout = {int(timeout_s * 1000)}")
            try:
                yield
            finally:
                connection.execute(f"PRAGMA busy_timeout = {int(self.timeout_s * 1000)}")

    def _refusal(self) -> GalleryError:
        return GalleryError(
            "was opened read-only", item=str(self.path), fix="Open it without read_only"
        )

    def _opened(self) -> SqliteConnection:
        if self._connection is None:
            raise GalleryError("is closed", item=str(self.path), fix="Open the gallery again")
        if os.getpid() != self._process:
            raise GalleryError(
                "was opened by the parent process",
                item=str(self.path),
                fix="Open the gallery again in this process",
            )
        return self._connection

    def _begin_to_write(self, timeout_s: float) -> bool:
        """Take the lock and begin a transaction; ``False`` where this thread is in one already."""
        end = time.monotonic() + timeout_s
        while True:
            self._lock.acquire()
            try:
                connection = self._opened()
                if connection.in_transaction:
                    return False
                with self._patience(min(TURN_S, timeout_s)):
                    connection.execute("BEGIN IMMEDIATE")
                return True
            except BaseException as error:
                self._lock.release()
                if not _is_busy(error) or time.monotonic() >= end:
                    raise
            time.sleep(0.001)  # else nobody else gets the lock

    def _prepare(
        self, connection: SqliteConnection, create: Callable[[SqliteConnection], None] | None
    ) -> None:
        for pragma in ("foreign_keys = ON", "trusted_schema = OFF", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        blank = is_blank(connection)
        if blank and (self.read_only or create is None):
            raise GalleryError(
                "holds no gallery yet", fix="Check the address: enrolling someone makes a gallery"
            )
        if self.read_only:
            if not blank and check_version(connection):
                raise GalleryError(
                    f"has the old schema version {schema_version(connection)}",
                    fix="Open it once without read_only to bring it up to date",
                )
            return
        # FULL: a commit returns when it would survive a loss of power (fullfsync: on macOS too).
        # 64 MB of pages: a large transaction is not written twice.
        for pragma in (
            "cache_size = -65536",
            "secure_delete = ON",
            "synchronous = FULL",
            "fullfsync = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if blank or check_version(connection):
            with self.write():
                is_first = is_blank(connection)  # another process may have been faster
                migrate(connection)
                if is_first and create is not None:
                    create(connection)
        self._use_log(connection)

    def _use_log(self, connection: SqliteConnection) -> None:
        """Switch to write-ahead logging, for which SQLite does not wait by itself."""
        deadline = time.monotonic() + self.timeout_s
        while True:
            try:
                (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
                break
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
        if mode != "wal":
            raise GalleryError(
                "the disk does not support write-ahead logging", fix="Put it on a local disk"
            )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            cause, fix = in_words(error, read_only=self.read_only, timeout_s=self.timeout_s)
            raise GalleryError(cause, item=str(self.path), fix=fix) from error
        except GalleryError as error:
            if error.item is not None:
                raise
            raise type(error)(error.cause, item=str(self.path), fix=error.fix) from error


@contextmanager
def _ended(connection: SqliteConnection) -> Iterator[None]:
    """Commit what is done inside, or take it back where it fails."""
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise


def _is_busy(error: BaseException) -> bool:
    name = getattr(error, "sqlite_errorname", "")
    return isinstance(error, sqlite3.OperationalError) and name.startswith("SQLITE_BUSY")


def _roll_back(connection: SqliteConnection) -> None:
    # SQLite has done it by itself after some errors, such as a full disk.
    if connection.in_transaction:
        connection.execute("ROLLBACK")
