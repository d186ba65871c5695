"""All vectors of a SQLite gallery in memory, read in one query and kept while they hold."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

import numpy as np

from facemetric.errors import GalleryError
from facemetric.gallery.records import Vectors
from facemetric.index import Codec, top_k
from facemetric.types import Float32, Match

# CROSS JOIN: walk the vectors in the order of enrolment and look the rest up.
VECTOR_QUERY = """SELECT e.row, e.encoding, e.key_id, e.vector, s.id, p.id, p.name
    FROM embeddings e CROSS JOIN samples s ON s.row = e.sample CROSS JOIN people p
    ON p.row = s.person WHERE e.bundle = ? AND e.row > ? ORDER BY e.row"""

_NOTHING = Vectors(np.empty((0, 0), dtype=np.float32), (), (), {})


@dataclass(frozen=True, slots=True)
class Matrix:
    """The vectors as they were at one moment, and how to notice that the moment is over.

    Attributes
    ----------
    stamp
        Changes whenever anyone commits anything.
    rewrites
        Changes with everything but additions.
    last_row
        The newest embedding.
    """

    vectors: Vectors
    stamp: tuple[int, int]
    rewrites: int
    last_row: int


def load(
    connection: sqlite3.Connection,
    *,
    bundle: str,
    dim: int,
    codec: Codec | None,
    known: Matrix | None = None,
) -> Matrix:
    """Return the present vectors, inside a transaction; reads only what ``known`` lacks.

    Raises
    ------
    GalleryError
        Where a vector has the wrong length or is encrypted.
    """
    # The first number moves with other connections' commits, the second with our own.
    (foreign,) = connection.execute("PRAGMA data_version").fetchone()
    stamp = (int(foreign), connection.total_changes)
    if known is not None and known.stamp == stamp:
        return known
    (rewrites,) = connection.execute("SELECT rewrites FROM gallery").fetchone()
    if known is not None and known.rewrites != rewrites:
        known = None
    start = 0 if known is None else known.last_row
    rows = connection.execute(VECTOR_QUERY, (bundle, start)).fetchall()
    old = _NOTHING if known is None else known.vectors
    if not rows:
        kept = old if old.embeddings.size else _empty(dim)
        return Matrix(kept, stamp, rewrites, start)
    numbers, encodings, keys, blobs, samples, people, names = zip(*rows, strict=True)
    encoding = "f32" if codec is None else "u8"
    if any(key is not None for key in keys):
        raise GalleryError("has encrypted vectors, which this version cannot read")
    width = dim * (4 if codec is None else 1)
    for sample, blob, form in zip(samples, blobs, encodings, strict=True):
        if len(blob) != width or form != encoding:
            raise GalleryError(
                f"sample {sample} has {len(blob)} bytes of {form}, wanted {width} of {encoding}",
                fix="Remove that sample, or restore the gallery from a copy",
            )
    values = np.frombuffer(b"".join(blobs), dtype="<f4" if codec is None else np.uint8)
    embeddings: Float32 = values.reshape(-1, dim).astype(np.float32, copy=False)
    if codec is not None:
        embeddings = codec.decode(values.reshape(-1, dim))
    if old.embeddings.size:
        embeddings = np.concatenate([old.embeddings, embeddings])
    embeddings.setflags(write=False)
    vectors = Vectors(
        embeddings,
        old.person_ids + people,
        old.sample_ids + samples,
        {**old.names, **dict(zip(people, names, strict=True))},
    )
    return Matrix(vectors, stamp, rewrites, numbers[-1])


def search(
    vectors: Vectors, queries: Float32, k: int, *, per: Literal["person", "sample"]
) -> list[list[Match]]:
    """Return each query's ``k`` nearest samples, or people by their nearest sample."""
    if per == "sample":
        rows, similarities = top_k(queries, vectors.embeddings, k)
        return [_matches(vectors, *answer) for answer in zip(rows, similarities, strict=True)]
    found: list[list[Match]] = [[] for _ in queries]
    open_queries = np.arange(len(queries))
    # A person may have many near samples: look further until there are k people.
    depth = 4 * max(k, 1) + 16 if k > 1 else k
    while open_queries.size:
        rows, similarities = top_k(queries[open_queries], vectors.embeddings, depth)
        for query, *answer in zip(open_queries, rows, similarities, strict=True):
            found[query] = _first_of_each(_matches(vectors, *answer))[:k]
        if depth >= len(vectors):
            break
        open_queries = np.array([q for q in open_queries if len(found[q]) < k], dtype=np.int64)
        depth *= 4
    return found


def _empty(dim: int) -> Vectors:
    return Vectors(np.empty((0, dim), dtype=np.float32), (), (), {})


def _matches(vectors: Vectors, rows: np.ndarray, similarities: Float32) -> list[Match]:
    cosines = np.clip(similarities, -1.0, 1.0).tolist()
    people = (vectors.person_ids[row] for row in rows.tolist())
    return [
        Match(person, vectors.names[person], cosine, vectors.sample_ids[row])
        for person, cosine, row in zip(people, cosines, rows.tolist(), strict=True)
    ]


def _first_of_each(matches: list[Match]) -> list[Match]:
    first: dict[str, Match] = {}
    for match in matches:
        first.setdefault(match.person_id, match)
    return list(first.values())
