"""pgvector's graph over a gallery: built beside the one in use, then measured."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np

from facemetric.gallery.approximate import (
    EXACT,
    SearchIndex,
    check_enough,
    stored_index,
    with_recall,
)
from facemetric.gallery.postgres.database import PostgresConnection, PostgresDatabase
from facemetric.gallery.postgres.searching import parsed
from facemetric.gallery.ranking import Question
from facemetric.types import Float32, Match


def build(
    server: PostgresDatabase,
    index: SearchIndex,
    answer: Callable[[Float32, Question], list[list[Match]]],
    *,
    queries: int,
    seed: int,
) -> SearchIndex:
    """Replace the index by one that was checked; see ``Gallery.build_index``.

    Dropping an index locks everybody out until the transaction ends. So the new one is built
    first, and measured in another transaction.

    Raises
    ------
    GalleryError
        There are too few samples for a graph.
    """
    with server.write() as connection:
        if index.kind == "exact":
            connection.execute("DROP INDEX IF EXISTS embeddings_hnsw")
            _keep(connection, None)
            return EXACT
        (count,) = connection.execute("SELECT count(*) FROM embeddings").fetchone()
        check_enough(count, item=server.item)
        connection.execute(
            f"""CREATE INDEX embeddings_hnsw_new ON embeddings USING hnsw (vector vector_ip_ops)
            WITH (m = {index.m}, ef_construction = {index.ef_construction})"""
        )
        connection.execute("DROP INDEX IF EXISTS embeddings_hnsw")
        connection.execute("ALTER INDEX embeddings_hnsw_new RENAME TO embeddings_hnsw")
        _keep(connection, index)
    with server.read() as connection:
        measured = with_recall(index, _drawn(connection, queries, seed), answer)
    with server.write() as connection:
        if kept_index(connection) == index:  # nobody has built another meanwhile
            _keep(connection, measured)
    return measured


def kept_index(connection: PostgresConnection) -> SearchIndex:
    """Return how samples are looked for."""
    (kept,) = connection.execute("SELECT search_index FROM gallery").fetchone()
    return stored_index(None if kept is None else json.loads(kept))


def _keep(connection: PostgresConnection, index: SearchIndex | None) -> None:
    kept = None if index is None else json.dumps(index.to_stored())
    connection.execute("UPDATE gallery SET search_index = ?", (kept,))


def _drawn(connection: PostgresConnection, count: int, seed: int) -> Float32:
    """Return some samples' vectors, drawn."""
    rows = np.array(connection.execute("SELECT row FROM embeddings ORDER BY row").fetchall())
    rng = np.random.default_rng(seed)
    chosen = rng.choice(rows[:, 0], size=min(count, len(rows)), replace=False)
    query = "SELECT vector::text FROM embeddings WHERE row IN (?*) ORDER BY row"
    return parsed([text for (text,) in connection.select_in(query, chosen.tolist())])
