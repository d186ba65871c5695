"""The rows of a groups file: what is read and written, without what it means."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemetric.cluster.corrections import NO_PAIRS
from facemetric.cluster.graph import Corrections
from facemetric.cluster.method import Int64
from facemetric.cluster.state.connection import connect, translated, writing
from facemetric.cluster.state.records import About, NewFace, face_name, face_text
from facemetric.errors import GroupsError
from facemetric.types import Float32

_FACES = "faces f JOIN photos p ON p.row = f.photo"


@dataclass(frozen=True, eq=False, slots=True)
class Faces:
    """All faces, in the order in which they were added.

    Attributes
    ----------
    rows
        ``int64 (N,)``: their numbers in the file, rising.
    vectors
        ``float32 (N, D)``.
    labels
        ``int64 (N,)``: groups, -1 for none.
    joined
        ``bool (N,)``: whether they were compared with all others.
    """

    rows: Int64
    vectors: Float32
    labels: Int64
    joined: NDArray[np.bool_]

    def take(self, order: Int64) -> Faces:
        """Return some of them, in another order."""
        return Faces(self.rows[order], self.vectors[order], self.labels[order], self.joined[order])


class Store:
    """A groups file's tables.

    Parameters
    ----------
    path
        The file.
    about
        Written into a new one; ``None`` opens only what is there.

    Raises
    ------
    GroupsError
        It cannot be opened.
    """

    def __init__(self, path: Path, about: About | None) -> None:
        self.path = path
        self._connection = connect(path, None if about is None else _Filling(about))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All or nothing of what is written inside; on disk once the block was left."""
        with translated(self.path), writing(self._connection):
            yield

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with translated(self.path):
            return self._connection.execute(sql, values).fetchall()

    def about(self) -> About:
        """Return what the file is for."""
        found = self.rows(
            """SELECT bundle, bundle_sha256, dim, flip, threshold, threshold_source, seed
            FROM about"""
        )
        if not found:
            raise GroupsError(
                "is damaged: it does not say what it is for",
                item=str(self.path),
                fix="Restore a copy, or choose another name",
            )
        bundle, sha256, dim, flip, threshold, source, seed = found[0]
        return About(bundle, sha256, dim, bool(flip), threshold, source, seed)

    def set_threshold(self, value: float, source: str) -> None:
        """Use another threshold from now on."""
        self.rows("UPDATE about SET threshold = ?, threshold_source = ?", value, source)

    def fresh(self) -> int:
        """Return the lowest label that was never given."""
        return int(self.rows("SELECT fresh FROM about")[0][0])

    def add(self, source: str, sha256: str, faces: Sequence[NewFace]) -> None:
        """Write a photograph and its faces in place of what it had."""
        self.rows("DELETE FROM photos WHERE source = ?", source)
        self.rows("INSERT INTO photos (source, sha256) VALUES (?, ?)", source, sha256)
        for place, one in enumerate(faces, start=1):
            self.rows(
                """INSERT INTO faces (photo, place, face, vector)
                SELECT row, ?, ?, ? FROM photos WHERE source = ?""",
                *(place, face_text(one), one.embedding.astype("<f4").tobytes(), source),
            )

    def faces(self, dim: int) -> Faces:
        """Read all faces."""
        found = self.rows("SELECT row, ifnull(label, -1), joined FROM faces ORDER BY row")
        wrong = self.rows(
            "SELECT row, length(vector) FROM faces WHERE length(vector) <> ? LIMIT 1", 4 * dim
        )
        if wrong:
            raise self._damaged(wrong[0][0], f"{wrong[0][1]} bytes, wanted {4 * dim}")
        columns = np.array(found, np.int64).reshape(-1, 3)
        vectors = np.empty((len(found), dim), np.float32)
        with translated(self.path):
            cursor = self._connection.execute("SELECT vector FROM faces ORDER BY row")
            for place, (data,) in enumerate(cursor):
                vectors[place] = np.frombuffer(data, "<f4")
        odd = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
        if len(odd):
            raise self._damaged(int(columns[odd[0], 0]), "not finite")
        return Faces(columns[:, 0], vectors, columns[:, 1], columns[:, 2] == 1)

    def _damaged(self, row: int, what: str) -> GroupsError:
        ((source, place),) = self.rows(
            f"SELECT p.source, f.place FROM {_FACES} WHERE f.row = ?", row
        )
        return GroupsError(
            f"the embedding of {face_name(source, place)} is damaged: {what}",
            item=str(self.path),
            fix=f"Restore a copy, or forget the photograph {source} and add it again",
        )

    def label(self, faces: Faces, labels: Int64, fresh: int) -> None:
        """Write the labels of faces, and which the next fresh one is."""
        values = zip(
            (None if label < 0 else label for label in labels.tolist()),
            faces.joined.astype(int).tolist(),
            faces.rows.tolist(),
            strict=True,
        )
        self._connection.executemany("UPDATE faces SET label = ?, joined = ? WHERE row = ?", values)
        self.rows("UPDATE about SET fresh = ?", fresh)

    def face(self, name: str) -> int:
        """Return the number of a face by its name; GroupsError where there is none."""
        source, place = name, 1
        if not self.rows("SELECT 1 FROM photos WHERE source = ?", name):
            source, _, number = name.rpartition("#")
            place = int(number) if source and number.isdecimal() else 0
        count = self.rows(f"SELECT count(*) FROM {_FACES} WHERE p.source = ?", source)[0][0]
        found = self.rows(
            f"SELECT f.row FROM {_FACES} WHERE p.source = ? AND f.place = ?", source, place
        )
        if found:
            return int(found[0][0])
        known = bool(self.rows("SELECT 1 FROM photos WHERE source = ?", source))
        raise GroupsError(
            f"has {count} faces" if known else "is no photograph of these groups",
            item=name,
            fix="Faces are called by their photograph, the second one of it with #2 behind",
        )

    def corrections(self, faces: Faces) -> Corrections:
        """Return what was said, as places among some faces."""
        order = np.argsort(faces.rows)
        pairs: dict[bool, Int64] = {}
        for same in (True, False):
            found = self.rows("SELECT first, second FROM corrections WHERE same = ?", same)
            rows = np.array(found, np.int64).reshape(-1, 2)
            pairs[same] = order[np.searchsorted(faces.rows[order], rows)] if found else NO_PAIRS
        return Corrections(pairs[True], pairs[False])

    def correct(self, pair: tuple[int, int], *, same: bool) -> None:
        """Write what was said of two faces, in place of what was said before."""
        self.rows("INSERT OR REPLACE INTO corrections VALUES (?, ?, ?)", *pair, same)

    def withdraw(self, pair: tuple[int, int]) -> bool:
        """Erase what was said of two faces; return whether anything was."""
        return bool(
            self.rows("DELETE FROM corrections WHERE first = ? AND second = ? RETURNING 1", *pair)
        )

    def forget(self, source: str) -> bool:
        """Erase a photograph; return whether it was there."""
        return bool(self.rows("DELETE FROM photos WHERE source = ? RETURNING 1", source))

    def rewrite(self) -> None:
        """Write the file anew: rows that were moved inside it have left copies behind."""
        self.rows("VACUUM")


class _Filling:
    def __init__(self, about: About) -> None:
        self._about = about

    def __call__(self, connection: sqlite3.Connection) -> None:
        connection.execute(
            """INSERT INTO about (only, bundle, bundle_sha256, dim, flip, threshold,
            threshold_source, seed)
            VALUES (1, :bundle, :bundle_sha256, :dim, :flip, :threshold, :threshold_source, :seed)
            """,
            asdict(self._about),
        )
