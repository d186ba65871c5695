"""What a SQL gallery is bound to, as its tables hold it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

import numpy as np

from facemetric.gallery.binding import Binding, compare, other_flip
from facemetric.gallery.records import NewSample
from facemetric.gallery.sql.connection import Connection, Database
from facemetric.index import Codec


def fill_new(connection: Connection, binding: Binding, *, at: str) -> None:
    """Write the rows that say what a new gallery is bound to."""
    binding.check_new(item="gallery")
    codec, flip = binding.codec, binding.flip
    connection.execute(
        """INSERT INTO bundles (id, sha256, dim, flip, code_low, code_step, created)
        VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (
            *(binding.bundle, binding.bundle_sha256, binding.dim),
            None if flip is None else int(flip),
            None if codec is None else codec.low.astype("<f8").tobytes(),
            None if codec is None else codec.step.astype("<f8").tobytes(),
            at,
        ),
    )
    connection.execute(
        'INSERT INTO gallery ("only", id, bundle, created) VALUES (1, ?, ?, ?)',
        (str(uuid4()), binding.bundle, at),
    )


def stored_binding(connection: Connection) -> Binding:
    """Return what a gallery is bound to."""
    bundle, dim, digest, flip, low, step = connection.execute(
        """SELECT b.id, b.dim, b.sha256, b.flip, b.code_low, b.code_step
        FROM gallery g JOIN bundles b ON b.id = g.bundle"""
    ).fetchone()
    codec = None
    if low is not None:
        codec = Codec(np.frombuffer(low, dtype="<f8"), np.frombuffer(step, dtype="<f8"))
    return Binding(bundle, dim, digest, None if flip is None else bool(flip), codec)


def bind(database: Database, used: Binding) -> Binding:
    """Compare an open gallery with what is in use, settle what was open, and return the whole."""
    item = database.item
    with database.read() as connection:
        bound = stored_binding(connection)
    compare(bound, used, item=item)
    is_open = (bound.bundle_sha256 is None and used.bundle_sha256 is not None) or (
        bound.flip is None and used.flip is not None
    )
    if is_open and not database.read_only:
        with database.write() as connection:
            _adopt(connection, used)
            bound = stored_binding(connection)
        compare(bound, used, item=item)  # another process may have been faster
    return bound


def bind_samples(connection: Connection, samples: Iterable[NewSample]) -> None:
    """Raise BundleMismatchError unless all samples have the gallery's ``flip``.

    The first sample of a gallery that was not told decides.
    """
    bound = stored_binding(connection).flip
    for sample in samples:
        if bound is None:
            bound = sample.flip
            _adopt(connection, Binding(flip=bound))
        elif sample.flip != bound:
            raise other_flip(bound, item=sample.source)


def _adopt(connection: Connection, used: Binding) -> None:
    # What is bound stays.
    connection.execute(
        """UPDATE bundles SET sha256 = coalesce(sha256, ?), flip = coalesce(flip, ?)
        WHERE id = (SELECT bundle FROM gallery)""",
        (used.bundle_sha256, None if used.flip is None else int(used.flip)),
    )
