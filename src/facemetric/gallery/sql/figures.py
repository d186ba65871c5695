"""A gallery in figures."""

from __future__ import annotations

from datetime import datetime

from facemetric.gallery.records import Stats
from facemetric.gallery.sql.binding import stored_binding
from facemetric.gallery.sql.connection import Connection


def count_groups(connection: Connection) -> dict[str, int]:
    """Return the number of people in each group, by its name, in the order of names."""
    sealing = connection.sealing
    if sealing is None:
        query = "SELECT name, count(*) FROM person_groups GROUP BY name ORDER BY name"
        return dict(connection.execute(query).fetchall())
    # Each name is opened once, beside the person with the lowest number.
    query = """SELECT p.id, g.sealed, c.people FROM
        (SELECT min(person) AS person, name, count(*) AS people FROM person_groups GROUP BY name) c
        JOIN person_groups g ON g.person = c.person AND g.name = c.name
        JOIN people p ON p.row = c.person"""
    rows = connection.execute(query).fetchall()
    return dict(
        sorted((sealing.opened_group(person, name), people) for person, name, people in rows)
    )


def count_mapped(connection: Connection) -> dict[str, int]:
    """Return the number of samples that were mapped from each bundle's embeddings."""
    query = """SELECT mapped_from, count(*) FROM samples WHERE mapped_from IS NOT NULL
        GROUP BY mapped_from ORDER BY mapped_from"""
    return dict(connection.execute(query).fetchall())


def figures(connection: Connection, *, size_bytes: int, version: int) -> Stats:
    """Return what a gallery of ``size_bytes`` and a schema holds and is bound to."""
    identity, created = connection.execute("SELECT id, created FROM gallery").fetchone()
    (people,) = connection.execute("SELECT count(*) FROM people").fetchone()
    (samples,) = connection.execute("SELECT count(*) FROM samples").fetchone()
    (portraits,) = connection.execute("SELECT count(*) FROM portraits").fetchone()
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
        portraits=portraits,
    )
