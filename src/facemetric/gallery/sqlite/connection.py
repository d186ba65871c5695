"""A connection to one SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from facemetric.gallery.sql.sealing import Sealing
from facemetric.gallery.sqlite.sealed import opened_embeddings, sealed_embeddings

ROWS_AT_ONCE = 100
"""Rows in a statement that inserts many, which takes a quarter less time than one for each."""


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

    def insert(self, into: str, rows: Sequence[Sequence[Any]], /) -> None:
        """Insert rows, in their order, into ``table (columns)``."""
        if not rows:
            return
        one = f"({', '.join('?' * len(rows[0]))})"
        most = self.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // len(rows[0])
        step = min(ROWS_AT_ONCE, most)
        whole = len(rows) - len(rows) % step
        if whole:
            together = (
                tuple(chain.from_iterable(rows[start : start + step]))
                for start in range(0, whole, step)
            )
            self.executemany(f"INSERT INTO {into} VALUES {', '.join([one] * step)}", together)
        self.executemany(f"INSERT INTO {into} VALUES {one}", rows[whole:])

    def add_embeddings(self, rows: Iterable[Sequence[Any]], /) -> None:
        """Store (sample's row, bundle, flip, encoding, vector's bytes, created)."""
        every = list(rows)
        if self.sealing is not None:
            every = list(sealed_embeddings(self, self.sealing, every))
        self.insert("embeddings (sample, bundle, flip, encoding, vector, created)", every)

    def embeddings_of(self, samples: Sequence[int], bundle: str) -> list[tuple[int, bytes, int]]:
        """Return (sample's row, vector's bytes, flip) of some samples."""
        if self.sealing is not None:
            return opened_embeddings(self, self.sealing, samples, bundle)
        return self.select_in(
            "SELECT sample, vector, flip FROM embeddings WHERE bundle = ? AND sample IN (?*)",
            samples,
            (bundle,),
        ).fetchall()
