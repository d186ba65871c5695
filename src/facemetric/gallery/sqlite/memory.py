"""The vectors of a SQLite gallery in memory, brought up to date by what was committed since."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from facemetric.gallery.sql.sealing import Sealing
from facemetric.gallery.sqlite.connection import SqliteConnection
from facemetric.gallery.sqlite.grown import Grown
from facemetric.gallery.sqlite.lineage import Mark
from facemetric.gallery.sqlite.sealed import walk
from facemetric.gallery.sqlite.snapshot import Snapshot
from facemetric.gallery.sqlite.stored import stored_values
from facemetric.index import Codec, CodeIndex, top_k
from facemetric.types import AnyArray, Float32, UInt8

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

FLOAT_ROWS = 16_384
"""Up to so many vectors are held as floats (8 MB of 128 dimensions) and compared exactly."""
FIT_ROWS = 32_768
CHUNK_ROWS = 16_384

# CROSS JOIN: walk the vectors in the order of enrolment and look the rest up.
_NEW = """SELECT e.row, e.encoding, e.key_id, e.vector, s.person FROM embeddings e
    CROSS JOIN samples s ON s.row = e.sample WHERE e.bundle = ? AND e.row > ? ORDER BY e.row"""
_OWNERS = """SELECT e.row, s.person FROM embeddings e JOIN samples s ON s.row = e.sample
    WHERE e.row IN (?*)"""


class Memory:
    """Vectors by position, with the numbers of their embedding and of their person.

    Few vectors are held as floats. More become codes of one byte a dimension: those of the
    gallery's own codec where it has one, else of one that is fitted to the vectors. Positions
    are in the order of enrolment; one that was erased stays, and is never found.

    Parameters
    ----------
    bundle, dim
        Of the vectors.
    codec
        The gallery's; its vectors are then codes in the store too.

    Attributes
    ----------
    rows, people
        Numbers of embeddings, rising, and of their people.
    change
        The last of the gallery's ``changes`` that is known here.
    codes
        ``None`` while vectors are floats.
    saved
        Positions that were in the snapshot.
    """

    def __init__(self, bundle: str, dim: int, codec: Codec | None) -> None:
        self.bundle, self.dim, self.codec = bundle, dim, codec
        self._stamp: tuple[int, int] | None = None
        self._floats = Grown(np.empty((0, dim), np.float32))
        self.rows = Grown(np.empty(0, np.int64))
        self.people = Grown(np.empty(0, np.int64))
        self.change = 0
        self.saved = 0
        self.codes: CodeIndex | None = None if codec is None else CodeIndex(codec)
        self._alive = Grown(np.empty(0, np.bool_))

    def begin_with(self, snapshot: Snapshot) -> None:
        """Take over a snapshot, before anything else was taken."""
        self.codes = CodeIndex(snapshot.codec)
        self.codes.add(snapshot.codes)
        self.rows = Grown(snapshot.rows)
        self.people = Grown(np.array(snapshot.people))
        self._alive = Grown(np.ones(len(snapshot.rows), np.bool_))
        self.change = snapshot.mark.change
        self.saved = len(snapshot.rows)

    def snapshot(self, gallery_id: str, mark: Mark) -> tuple[Snapshot, Iterator[UInt8]]:
        """Return the codes that are held, without those of the erased, which come in parts."""
        assert self.codes is not None
        alive = np.flatnonzero(self._alive.values)
        parts = (
            self.codes.codes(alive[start : start + CHUNK_ROWS])
            for start in range(0, len(alive), CHUNK_ROWS)
        )
        taken = Snapshot(
            gallery_id,
            self.bundle,
            mark,
            self.codes.codec,
            self.rows.values[alive],
            self.people.values[alive],
            np.empty((0, self.dim), np.uint8),
        )
        return taken, parts

    def __len__(self) -> int:
        """Return how many vectors can be found."""
        return int(np.count_nonzero(self._alive.values))

    @property
    def exact(self) -> bool:
        """Whether `nearest` compares what the store holds, not a rounding of it."""
        return self.codes is None or self.codec is not None

    def update(self, connection: SqliteConnection) -> None:
        """Take over what was committed since, inside a transaction.

        Raises
        ------
        GalleryError
            A vector has the wrong length or is encrypted.
        """
        # The first number moves with other connections' commits, the second with our own.
        (foreign,) = connection.execute("PRAGMA data_version").fetchone()
        stamp = (int(foreign), connection.total_changes)
        if self._stamp == stamp:
            return
        self._take_changes(connection)
        self._take_new(connection)
        self._stamp = stamp

    def nearest(self, queries: Float32, count: int, allowed: Bool | None) -> tuple[Int64, Float32]:
        """Return positions ``(Q, count)`` and similarities; fewer where there are fewer."""
        if self.codes is not None:
            return self.codes.search(queries, count, allowed=allowed)
        usable = self._alive.values if allowed is None else self._alive.values & allowed
        chosen = np.flatnonzero(usable)
        if not len(chosen):
            return np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0), np.float32)
        whole = len(chosen) == len(usable)
        places, similarities = top_k(
            queries, self._floats.values if whole else self._floats.values[chosen], count
        )
        return places if whole else chosen[places], similarities

    def stored(self, places: Int64) -> list[bytes]:
        """Return the vectors at some positions as the store has them, where they are `exact`."""
        if self.codes is not None:
            return [bytes(one) for one in self.codes.codes(places)]
        return [one.astype("<f4", copy=False).tobytes() for one in self._floats.values[places]]

    def of_people(self, people: Int64) -> Bool:
        """Return which positions belong to some people, ``bool (N,)``."""
        return np.isin(self.people.values, people)

    def _take_changes(self, connection: SqliteConnection) -> None:
        changes = connection.execute(
            "SELECT number, embedding FROM changes WHERE number > ? ORDER BY number",
            (self.change,),
        ).fetchall()
        if not changes:
            return
        rows = np.unique(np.array([row for _, row in changes], np.int64))
        places = np.searchsorted(self.rows.values, rows)
        places = np.minimum(places, max(len(self.rows.values) - 1, 0))
        known = self.rows.values[places] == rows if len(self.rows.values) else rows < 0
        rows, places = rows[known], places[known]
        owners = dict(connection.select_in(_OWNERS, rows.tolist()).fetchall())
        gone = np.array([row not in owners for row in rows.tolist()], np.bool_)
        for row, place in zip(rows[~gone].tolist(), places[~gone].tolist(), strict=True):
            self.people.values[place] = owners[row]
        self._alive.values[places[gone]] = False
        if self.codes is not None:
            self.codes.remove(places[gone])
        else:
            self._floats.values[places[gone]] = 0
        self.change = changes[-1][0]  # the last of all: what failed before it is done again

    def _take_new(self, connection: SqliteConnection) -> None:
        last = int(self.rows.values[-1]) if len(self.rows.values) else 0
        for numbers, people, vectors in self._new(connection, last):
            many = len(self.rows.values) + len(numbers) > FLOAT_ROWS
            if self.codes is None and many:
                self._become_codes(connection)
            if self.codes is None:
                self._floats.extend(vectors)
            elif self.codec is not None:
                self.codes.add(vectors)
            else:
                self.codes.add(self.codes.codec.encode(vectors))
            self.rows.extend(numbers)
            self.people.extend(people)
            self._alive.extend(np.ones(len(numbers), np.bool_))

    def _new(
        self, connection: SqliteConnection, last: int
    ) -> Iterator[tuple[Int64, Int64, AnyArray]]:
        if connection.sealing is not None:
            return self._sealed_chunks(connection, connection.sealing, last)
        return self._chunks(connection.execute(_NEW, (self.bundle, last)))

    def _sealed_chunks(
        self, connection: SqliteConnection, sealing: Sealing, last: int
    ) -> Iterator[tuple[Int64, Int64, AnyArray]]:
        rows = walk(connection, sealing, self.bundle, clause="AND e.row > ?", values=(last,))
        for chunk in rows:
            yield (
                np.array([one.row for one in chunk], np.int64),
                np.array([one.person for one in chunk], np.int64),
                stored_values([one.stored for one in chunk], dim=self.dim, codec=self.codec),
            )

    def _chunks(self, cursor: sqlite3.Cursor) -> Iterator[tuple[Int64, Int64, AnyArray]]:
        while rows := cursor.fetchmany(CHUNK_ROWS):
            yield (
                np.array([row[0] for row in rows], np.int64),
                np.array([row[4] for row in rows], np.int64),
                stored_values([row[:4] for row in rows], dim=self.dim, codec=self.codec),
            )

    def _become_codes(self, connection: SqliteConnection) -> None:
        """Fit a codec to vectors from all over the gallery, and encode those that are here."""
        (last,) = connection.execute("SELECT max(row) FROM embeddings").fetchone()
        every = max(last // FIT_ROWS, 1)
        if connection.sealing is None:
            sample = connection.execute(
                "SELECT vector FROM embeddings WHERE bundle = ? AND row % ? = 0",
                (self.bundle, every),
            ).fetchall()
            blobs = [blob for (blob,) in sample]
        else:
            chunks = walk(
                *(connection, connection.sealing, self.bundle),
                clause="AND e.row % ? = 0",
                values=(every,),
            )
            blobs = [one.vector for chunk in chunks for one in chunk]
        values = np.frombuffer(b"".join(blobs), "<f4")
        codec = Codec.fit(values.reshape(-1, self.dim).astype(np.float32, copy=False))
        self.codes = CodeIndex(codec)
        self.codes.add(codec.encode(self._floats.values))
        self.codes.remove(np.flatnonzero(~self._alive.values))
        self._floats = Grown(np.empty((0, self.dim), np.float32))
