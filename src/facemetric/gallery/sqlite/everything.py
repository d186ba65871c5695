"""All vectors of a SQLite gallery, with whose they are."""

from __future__ import annotations

import numpy as np

from facemetric.gallery.records import Vectors
from facemetric.gallery.sqlite.connection import SqliteConnection
from facemetric.gallery.sqlite.sealed import walk
from facemetric.gallery.sqlite.stored import stored_values
from facemetric.index import Codec
from facemetric.types import Float32

# CROSS JOIN: walk the vectors in the order of enrolment and look the rest up.
_ALL = """SELECT e.row, e.encoding, e.key_id, e.vector, s.id, p.id, p.name
    FROM embeddings e CROSS JOIN samples s ON s.row = e.sample CROSS JOIN people p
    ON p.row = s.person WHERE e.bundle = ? ORDER BY e.row"""


def all_vectors(
    connection: SqliteConnection, *, bundle: str, dim: int, codec: Codec | None
) -> Vectors:
    """Return every embedding of a bundle; GalleryError where one cannot be read."""
    if connection.sealing is None:
        rows = connection.execute(_ALL, (bundle,)).fetchall()
    else:
        chunks = walk(connection, connection.sealing, bundle, names=True)
        rows = [
            (*one.stored, one.sample_id, one.person_id, one.name)
            for chunk in chunks
            for one in chunk
        ]
    values = stored_values([row[:4] for row in rows], dim=dim, codec=codec)
    embeddings: Float32 = values.astype(np.float32)
    if codec is not None and rows:
        embeddings = codec.decode(values.astype(np.uint8, copy=False))
    embeddings.setflags(write=False)
    return Vectors(
        embeddings,
        tuple(row[5] for row in rows),
        tuple(row[4] for row in rows),
        {row[5]: row[6] for row in rows},
    )
