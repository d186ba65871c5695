"""A gallery in figures."""

from __future__ import annotations

from datetime import datetime

from facemetric.gallery.records import Stats
from facemetric.gallery.sql.binding import stored_binding
from facemetric.gallery.sql.connection import Connection


def figures(connection: Connection, *, size_bytes: int, version: int) -> Stats:
    """Return what a gallery of ``size_bytes`` and a schema holds and is bound to."""
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
        schema_version=version,
        created=datetime.fromisoformat(created),
    )
