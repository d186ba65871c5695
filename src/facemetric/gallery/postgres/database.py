"""A connection to a PostgreSQL gallery: transactions, and errors put into words."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from facemetric.errors import DependencyError, GalleryError
from facemetric.gallery.postgres.address import parse_address

_FIX = {
    "08": "Check that the server runs, and the address",
    "28": "Check user and password",
    "3D": "Create the database first, or name another one",
    "42": "Give the user the right to use and create schemas in the database",
    "53": "Make room on the server, or end other connections",
}

# How SQLite spells what the galleries share, and how PostgreSQL does.
_SPELT = (
    ("%", "%%"),
    ("?", "%s"),
    ("group_concat(", "string_agg("),
    ("instr(", "strpos("),
    ("COLLATE BINARY", 'COLLATE "C"'),
)


class PostgresConnection:
    """An open transaction that takes the statements which SQL galleries share."""

    # The server compares names and vectors itself: it must see them.
    sealing: None = None

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Any:
        """Carry out a statement with ``?`` for values."""
        return self.raw.execute(_in_postgres(sql), tuple(values))

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Carry out a statement for many rows, sent together."""
        with self.raw.cursor() as cursor:
            cursor.executemany(_in_postgres(sql), rows)

    def insert(self, into: str, rows: Sequence[Sequence[Any]], /) -> None:
        """Insert rows, in their order, into ``table (columns)``."""
        if rows:
            places = ", ".join("?" * len(rows[0]))
            self.executemany(f"INSERT INTO {into} VALUES ({places})", rows)

    def select_in(self, sql: str, wanted: Sequence[Any], values: Sequence[Any] = ()) -> Any:
        """Carry out a query whose ``IN (?*)``, behind all other values, is a list."""
        query = _in_postgres(sql.replace("IN (?*)", "= ANY(?)"))
        return self.raw.execute(query, (*values, list(wanted)))

    def add_embeddings(self, rows: Iterable[Sequence[Any]], /) -> None:
        """Store (sample's row, bundle, flip, encoding, vector's bytes, created)."""
        copy = "COPY embeddings (sample, bundle, flip, vector, created) FROM STDIN"
        with self.raw.cursor() as cursor, cursor.copy(copy) as stream:
            for sample, bundle, flip, _, data, created in rows:
                values = np.frombuffer(data, "<f4").tolist()
                stream.write_row((sample, bundle, flip, str(values), created))

    def embeddings_of(self, samples: Sequence[int], bundle: str) -> list[tuple[int, bytes, int]]:
        """Return (sample's row, vector's bytes, flip) of some samples."""
        rows = self.select_in(
            """SELECT sample, vector::text, flip FROM embeddings
            WHERE bundle = ? AND sample IN (?*)""",
            samples,
            (bundle,),
        )
        return [(sample, _bytes(text), flip) for sample, text, flip in rows.fetchall()]

    @property
    def in_transaction(self) -> bool:
        """Whether the transaction can go on."""
        return bool(self.raw.info.transaction_status.name == "INTRANS")


class PostgresDatabase:
    """One connection, which threads use in turns; made anew where the server has ended it.

    Parameters
    ----------
    address
        ``postgresql://…``; see `parse_address`.
    read_only
        Never write.
    timeout_s
        How long to wait for the server, and for another client that is writing.

    Raises
    ------
    DependencyError
        psycopg is not installed.
    GalleryError
        There is no connection to be had.
    """

    def __init__(self, address: str, *, read_only: bool = False, timeout_s: float = 30.0) -> None:
        self._libpq, self.schema, self._item = parse_address(address)
        self.read_only = read_only
        self._timeout_s = timeout_s
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._psycopg = _psycopg()
        self._raw: Any = None
        self._depth = 0
        with self._translated():
            self._raw = self._connect()

    @property
    def item(self) -> str:
        """What errors call it: the address without user and password."""
        return self._item

    @contextmanager
    def read(self) -> Iterator[PostgresConnection]:
        """Everything read inside is of one moment."""
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[PostgresConnection]:
        """All or nothing of what is written inside; durable once the block was left.

        Writers of one gallery take turns, so that rules over several rows hold.
        """
        if self.read_only:
            raise GalleryError(
                "was opened read-only", item=self._item, fix="Open it without read_only"
            )
        with self._transaction("BEGIN") as connection:
            connection.execute('SELECT 1 FROM gallery WHERE "only" = 1 FOR UPDATE')
            yield connection

    @contextmanager
    def setting_up(self) -> Iterator[PostgresConnection]:
        """Be the only one who creates or migrates galleries in the database."""
        with self._transaction("BEGIN") as connection:
            connection.execute("SELECT pg_advisory_xact_lock(1179470657)")
            yield connection

    def outside(self, sql: str) -> None:
        """Carry out a statement that takes no transaction, such as ``VACUUM``."""
        with self._lock, self._translated():
            self._opened().execute(sql)

    def close(self) -> None:
        """Close the connection; further calls do nothing."""
        with self._lock:
            if self._raw is not None and os.getpid() == self._process:
                self._raw.close()
            self._raw = None

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[PostgresConnection]:
        with self._lock, self._translated():
            raw = self._opened()
            connection = PostgresConnection(raw)
            if self._depth:
                yield connection
                return
            raw.execute(begin)
            self._depth = 1
            try:
                yield connection
                raw.execute("COMMIT")
            except BaseException:
                if not raw.closed:
                    raw.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0

    def _connect(self) -> Any:
        raw = self._psycopg.connect(
            self._libpq, autocommit=True, connect_timeout=max(int(self._timeout_s), 2)
        )
        raw.execute(f"SET lock_timeout = {int(self._timeout_s * 1000)}")
        raw.execute(f"SET search_path = {self.schema}, public")
        if self.read_only:
            raw.execute("SET default_transaction_read_only = on")
        return raw

    def _opened(self) -> Any:
        if self._raw is None:
            raise GalleryError("is closed", item=self._item, fix="Open the gallery again")
        if os.getpid() != self._process:
            raise GalleryError(
                "was opened by the parent process",
                item=self._item,
                fix="Open the gallery again in this process",
            )
        if self._raw.closed and not self._depth:
            self._raw = self._connect()  # the server was started anew, or had ended it
        return self._raw

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._psycopg.Error as error:
            state = error.sqlstate or "08"
            if state == "55P03":
                cause = "another client was writing for too long"
                raise GalleryError(cause, item=self._item, fix="Try again") from error
            raise GalleryError(_cause(error), item=self._item, fix=_FIX.get(state[:2])) from error
        except GalleryError as error:
            if error.item is not None:
                raise
            raise type(error)(error.cause, item=self._item, fix=error.fix) from error


def _cause(error: Any) -> str:
    """Return what the server said, or all that libpq says of a connection it could not make."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = error.diag.message_primary or "; ".join(lines)
    return str(told).rstrip("?.") or type(error).__name__


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise DependencyError(
            "PostgreSQL galleries need psycopg",
            item="psycopg",
            fix='Install it: pip install "facemetric[postgres]"',
        ) from error
    return psycopg


def _bytes(vector: str) -> bytes:
    return np.array(vector[1:-1].split(","), "<f4").tobytes()


def _in_postgres(sql: str) -> str:
    for ours, its in _SPELT:
        sql = sql.replace(ours, its)
    return sql
