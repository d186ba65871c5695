"""A SQLite gallery in figures."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from facemetric.gallery.binding import stored_binding
from facemetric.gallery.records import Stats
from facemetric.gallery.schema import schema_version


def figures(connection: sqlite3.Connection, *, size_bytes: int) -> Stats:
    """Return what a gallery of ``size_bytes`` holds and is bound to."""
    identity, created = connection.execute("SELECT id, created FROM gallery").fetchone()
    (people,) = connection.execute("SELECT count(*) FROM people").fetchone()
    (samples,) = connection.execute("SELECT count(*) FROM samples").fetchone()
    bound = stored_binding(connection)
    assert bound.bundle is not None and bound.dim is not None
    return Stats(
        gallery_id=identity,
        bundle=bound.bundle,
        dim=bound.dim,
        bundle_sha256=bound.bundle_sha256,
        flip=bound.flip,
        encoding="f32" if bound.codec is None else "u8",
        people=people,
        samples=samples,
        size_bytes=size_bytes,
        schema_version=schema_version(connection),
        created=datetime.fromisoformat(created),
    )
