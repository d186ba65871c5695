"""What the shared statements need of a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from facemetric.gallery.sql.sealing import Sealing


class Cursor(Protocol):
    """Rows of an answer."""

    def fetchone(self) -> Any:
        """Return the next row, or `None`."""

    def fetchall(self) -> list[Any]:
        """Return all rows."""

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """An open transaction.

    Statements have ``?`` for values; ``IN (?*)`` stands for a list, which `select_in` takes.
    """

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Cursor:
        """Carry out a statement."""

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Any:
        """Carry out a statement for many rows."""

    def insert(self, into: str, rows: Sequence[Sequence[Any]], /) -> None:
        """Insert rows, in their order, into ``table (columns)``."""

    def add_embeddings(self, rows: Iterable[Sequence[Any]], /) -> None:
        """Store (sample's row, bundle, flip, encoding, vector's bytes, created)."""

    def embeddings_of(self, samples: Sequence[int], bundle: str) -> list[tuple[int, bytes, int]]:
        """Return (sample's row, vector's bytes, flip) of some samples."""

    def select_in(self, sql: str, wanted: Sequence[Any], values: Sequence[Any] = ()) -> Cursor:
        """Carry out a query whose ``IN (?*)``, behind all other values, is a list."""

    @property
    def sealing(self) -> Sealing | None:
        """What seals and opens what is personal in rows; `None` where the gallery is plain."""

    @property
    def in_transaction(self) -> bool:
        """Whether the transaction still stands: some errors end it."""


class Database(Protocol):
    """Where a gallery is kept.

    Attributes
    ----------
    read_only
        Whether it must not be written to.
    """

    read_only: bool

    @property
    def item(self) -> str:
        """What errors call it."""

    def read(self) -> AbstractContextManager[Connection]:
        """Everything read inside is of one moment."""

    def write(self) -> AbstractContextManager[Connection]:
        """All or nothing of what is written inside; durable once the block was left."""


def next_row(connection: Connection, table: str) -> int:
    """Return the number after the highest of a table, for a writer, of whom there is one."""
    (last,) = connection.execute(f"SELECT max(row) FROM {table}").fetchone()
    return int(last or 0) + 1
