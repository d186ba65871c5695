"""What can be wrong with a SQLite gallery, in sentences."""

from __future__ import annotations

import numpy as np

from facemetric.gallery.rules import NORM_TOLERANCE, purge_command
from facemetric.gallery.sql.erasures import unpurged
from facemetric.gallery.sqlite.connection import SqliteConnection
from facemetric.types import Float32


def structural_problems(connection: SqliteConnection, bundle: str, *, address: str) -> list[str]:
    """Return what SQLite's own checks and the gallery's rules find wrong."""
    found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    problems = [] if found == ["ok"] else found
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        problems.append(f"row {row} of {table} belongs to nothing in {parent}")
    (bare,) = connection.execute(
        """SELECT count(*) FROM samples s WHERE NOT EXISTS
        (SELECT 1 FROM embeddings e WHERE e.sample = s.row AND e.bundle = ?)""",
        (bundle,),
    ).fetchone()
    if bare:
        problems.append(f"samples without an embedding of bundle {bundle!r}: {bare}")
    (mixed,) = connection.execute(
        """SELECT count(*) FROM embeddings e JOIN bundles b ON b.id = e.bundle
        WHERE e.bundle = ? AND e.flip IS NOT b.flip""",
        (bundle,),
    ).fetchone()
    if mixed:
        problems.append(f"vectors with another flip setting than the gallery: {mixed}")
    if unpurged(connection) is not None:
        command = purge_command(address, encrypted=connection.sealing is not None)
        problems.append(f"erased data may still be in the file, until a purge: {command}")
    return problems


def vector_problems(embeddings: Float32) -> list[str]:
    """Return what is wrong with stored ``float32 (N, D)`` embeddings."""
    norms = np.linalg.norm(embeddings, axis=1)
    # A NaN fails this comparison too.
    odd = np.flatnonzero(~(np.abs(norms - 1.0) <= NORM_TOLERANCE)).size
    return [f"vectors that are not of unit norm: {odd}"] if odd else []
