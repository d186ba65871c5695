"""A connection to one SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from facemetric.gallery.sql.sealing import Sealing
from facemetric.gallery.sqlite.sealed import opened_embeddings, sealed_embeddings


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
