"""Search in a PostgreSQL gallery: the server finds candidates, their order is settled here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from facemetric.gallery.approximate import SearchIndex
from facemetric.gallery.postgres.database import PostgresConnection
from facemetric.gallery.ranking import Question, first_of_each, ranked_people, shortlist
from facemetric.types import Float32, Float64, Match

_THEIRS = """SELECT p.id, e.vector::text FROM people p JOIN samples s ON s.person = p.row
    JOIN embeddings e ON e.sample = s.row WHERE e.bundle = ? AND p.id IN (?*) ORDER BY e.row"""
_NEAREST = """SELECT n.row, n.vector, s.id, p.id, p.name FROM (
        SELECT e.row, e.sample, e.vector::text AS vector FROM embeddings e
        ORDER BY e.vector <#> ?::vector LIMIT ?
    ) n JOIN samples s ON s.row = n.sample JOIN people p ON p.row = s.person"""
# MATERIALIZED: an index over everybody must not be walked for the few of a group.
_NEAREST_OF_GROUPS = """WITH chosen AS MATERIALIZED (
        SELECT e.row, e.vector, s.id AS sample, p.id AS person, p.name FROM people p
        JOIN samples s ON s.person = p.row JOIN embeddings e ON e.sample = s.row
        WHERE p.row IN (SELECT person FROM person_groups WHERE name = ANY(?))
    ) SELECT row, vector::text, sample, person, name FROM chosen
    ORDER BY vector <#> ?::vector LIMIT ?"""
MOST_WALKED = 1000
"""pgvector walks an index for no more rows than that."""


def search(
    connection: PostgresConnection,
    queries: Float32,
    question: Question,
    *,
    bundle: str,
    index: SearchIndex,
) -> list[list[Match]]:
    """Answer a question inside a transaction."""
    return [_one(connection, query, question, bundle, index) for query in queries]


def _one(
    connection: PostgresConnection,
    query: Float32,
    question: Question,
    bundle: str,
    index: SearchIndex,
) -> list[Match]:
    ranked = question.by != "best"
    k = shortlist(question.k) if ranked else question.k
    depth = 4 * k + 32
    while True:
        walked = _choose(connection, index, question, depth)
        found = _candidates(connection, query, question, depth)
        if walked and question.groups is None and len(found) < depth:
            # Erased rows that are not vacuumed yet take the places of others in a walk.
            _choose(connection, index, replace(question, exact=True), depth)
            found = _candidates(connection, query, question, depth)
        nearest = found if question.per == "sample" else first_of_each(found)
        if len(nearest) >= k or len(found) < depth:
            break
        depth *= 4
    if not ranked:
        return nearest[:k]

    def vectors_of(ids: Sequence[str]) -> dict[str, Float32]:
        rows = connection.select_in(_THEIRS, ids, (bundle,)).fetchall()
        vectors = parsed([text for _, text in rows])
        owners = np.array([person for person, _ in rows])
        return {one: vectors[owners == one] for one in ids}

    return ranked_people(query, nearest[:k], vectors_of, question.k, by=question.by)


def _choose(
    connection: PostgresConnection, index: SearchIndex, question: Question, depth: int
) -> bool:
    """Tell the server, for this transaction, whether and how broadly to walk the index."""
    if index.kind == "exact":
        return False
    walked = not question.exact and depth <= MOST_WALKED
    connection.execute(f"SET LOCAL enable_indexscan = {'on' if walked else 'off'}")
    if walked:
        # The server has been told that walking is dear, and would rather compare a few thousand.
        connection.execute("SET LOCAL enable_seqscan = off")
        connection.execute(f"SET LOCAL hnsw.ef_search = {max(index.ef_search, depth)}")
    else:
        connection.execute("SET LOCAL enable_seqscan = on")
    return walked


def _candidates(
    connection: PostgresConnection,
    query: Float32,
    question: Question,
    depth: int,
) -> list[Match]:
    """Return the nearest samples, their similarities summed in double precision."""
    text = str(query.tolist())
    if question.groups is None:
        rows = connection.execute(_NEAREST, (text, depth)).fetchall()
    else:
        values = (list(question.groups), text, depth)
        rows = connection.execute(_NEAREST_OF_GROUPS, values).fetchall()
    if not rows:
        return []
    wide: Float64 = parsed([row[1] for row in rows]).astype(np.float64)
    similarities: Float32 = (wide * query).sum(axis=1).astype(np.float32)
    order = np.lexsort(([row[0] for row in rows], -similarities))
    cosines = np.clip(similarities, -1.0, 1.0).tolist()
    return [
        Match(rows[place][3], rows[place][4], cosines[place], rows[place][2])
        for place in order.tolist()
    ]


def parsed(texts: Sequence[str]) -> Float32:
    """Return ``float32 (N, D)`` of pgvector's text."""
    if not texts:
        return np.empty((0, 0), np.float32)
    joined = ",".join(text[1:-1] for text in texts)
    return np.array(joined.split(","), np.float32).reshape(len(texts), -1)
