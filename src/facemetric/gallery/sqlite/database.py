"""One SQLite file: opened with care, changed in transactions, its errors put into words."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from facemetric.errors import GalleryError
from facemetric.gallery.sql.sealing import Sealing
from facemetric.gallery.sqlite.schema import check_version, is_blank, migrate, schema_version
from facemetric.gallery.sqlite.sealed import opened_embeddings, sealed_embeddings

COMPACT_TIMEOUT_S = 5.0


class SqliteConnection(sqlite3.Connection):
    """A connection that takes the statements which SQL galleries share.

    Attributes
    ----------
    sealing
        Of an encrypted gallery, once its key is known.
    """

    sealing: Sealing | None = None

    def select_in(
        self, sql: str, wanted: Sequence[Any], values: Sequence[Any] = ()
    ) -> sqlite3.Cursor:
        """Carry out a query whose ``IN (?*)``, behind all other values, is a list."""
        query = sql.replace("(?*)", "(SELECT value FROM json_each(?))")
        return self.execute(query, (*values, json.dumps(list(wanted))))

    def add_embeddings(self, rows: Iterable[Sequence[Any]], /) -> None:
        """Store (sample's row, bundle, flip, encoding, vector's bytes, created)."""
        if self.sealing is not None:
            rows = sealed_embeddings(self, self.sealing, list(rows))
        self.executemany(
            """INSERT INTO embeddings (sample, bundle, flip, encoding, vector, created)
            VALUES (?, ?, ?, ?, ?, ?)""",
            rows,
        )

    def embeddings_of(self, samples: Sequence[int], bundle: str) -> list[tuple[int, bytes, int]]:
        """Return (sample's row, vector's bytes, flip) of some samples."""
        if self.sealing is not None:
            return opened_embeddings(self, self.sealing, samples, bundle)
        return self.select_in(
            "SELECT sample, vector, flip FROM embeddings WHERE bundle = ? AND sample IN (?*)",
            samples,
            (bundle,),
        ).fetchall()


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
        self._check_path(may_create=create is not None)
        with self._translated():
            self._connection = self._connect()
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
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[SqliteConnection]:
        """All or nothing of what is written inside; on disk once the block was left."""
        if self.read_only:
            raise self._refusal()
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def compact(self, *, wait: bool = True) -> bool:
        """Write the file anew and empty the log; return whether nobody was in the way.

        ``secure_delete`` alone is not enough: where SQLite re-packs a page, copies of rows stay
        behind in the gap between its cells.
        """
        if self.read_only:
            raise self._refusal()
        with self._lock, self._translated():
            connection = self._opened()
            timeout_s = min(self.timeout_s, COMPACT_TIMEOUT_S) if wait else 0.0
            connection.execute(f"PRAGMA busy_timeout = {int(timeout_s * 1000)}")
            try:
                connection.execute("VACUUM")
                (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname.startswith("SQLITE_BUSY"):
                    return False
                raise
            finally:
                connection.execute(f"PRAGMA busy_timeout = {int(self.timeout_s * 1000)}")
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

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[SqliteConnection]:
        with self._lock, self._translated():
            connection = self._opened()
            if connection.in_transaction:
                yield connection
                return
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise

    def _check_path(self, *, may_create: bool) -> None:
        name = str(self.path)
        if file_exists(self.path):
            return
        if self.read_only or not may_create:
            raise GalleryError("no such gallery", item=name, fix="Enrol someone to create it")
        try:
            # Faces are nobody else's business: the file, and its log, are for the owner alone.
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise GalleryError(
                f"cannot be created: {error.strerror}",
                item=name,
                fix="Name a file in an existing folder that you can write to",
            ) from error

    def _connect(self) -> SqliteConnection:
        options = "mode=ro" if self.read_only else "mode=rw"
        if self.read_only and _is_on_read_only_disk(self.path):
            # Nobody can write there, so SQLite may do without locks and a shared index.
            log = self.path.with_name(self.path.name + "-wal")
            if log.exists() and log.stat().st_size:
                raise GalleryError(
                    "has changes in its write-ahead log, on a disk that is read-only",
                    item=str(self.path),
                    fix="Open and close it once where it can be written",
                )
            options = "immutable=1"
        return sqlite3.connect(
            f"{self.path.absolute().as_uri()}?{options}",
            uri=True,
            timeout=self.timeout_s,
            isolation_level=None,
            check_same_thread=False,
            factory=SqliteConnection,
        )

    def _prepare(
        self, connection: SqliteConnection, create: Callable[[SqliteConnection], None] | None
    ) -> None:
        for pragma in ("foreign_keys = ON", "trusted_schema = OFF", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        blank = is_blank(connection)
        if blank and (self.read_only or create is None):
            raise GalleryError("holds no gallery yet", fix="Enrol someone to create it")
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
                if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > deadline:
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
            cause, fix = self._in_words(error)
            raise GalleryError(cause, item=str(self.path), fix=fix) from error
        except GalleryError as error:
            if error.item is not None:
                raise
            raise type(error)(error.cause, item=str(self.path), fix=error.fix) from error

    def _in_words(self, error: sqlite3.Error) -> tuple[str, str | None]:
        name = getattr(error, "sqlite_errorname", "")
        if self.read_only and name.startswith("SQLITE_READONLY"):
            return (
                "cannot be read where no log can be written beside it",
                "Copy it to a folder that you can write to, or ask for that permission",
            )
        for prefix, cause, fix in _WORDS:
            if name.startswith(prefix):
                return cause.format(timeout_s=self.timeout_s), fix
        return f"{error} ({name or type(error).__name__})", None


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


def _roll_back(connection: SqliteConnection) -> None:
    # SQLite has done it by itself after some errors, such as a full disk.
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _is_on_read_only_disk(path: Path) -> bool:
    if not hasattr(os, "statvfs"):
        return False
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
