"""Search in a PostgreSQL gallery: the server finds candidates, their order is settled here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from facemetric.gallery.approximate import SearchIndex
from facemetric.gallery.postgres.database import PostgresConnection
from facemetric.gallery.ranking import Question, first_of_each, ranked_people, shortlist
from facemetric.types import Float32, Float64, Match

_THEIRS = """SELECT p.id, e.vector::text FROM people p JOIN samples s ON s.person = p.row
    JOIN embeddings e ON e.sample = s.row WHERE e.bundle = ? AND p.id IN (?*) ORDER BY e.row"""
# A sum is in no index: all are compared.
_NEAREST = """SELECT n.row, n.vector, s.id, p.id, p.name FROM (
        SELECT e.row, e.sample, e.vector::text AS vector FROM embeddings e
        ORDER BY 0 + (e.vector <#> ?::vector), e.row LIMIT ?
    ) n JOIN samples s ON s.row = n.sample JOIN people p ON p.row = s.person"""
_WALKED = """WITH met AS MATERIALIZED (
        SELECT e.row, e.sample, e.vector, e.vector <#> ?::vector AS distance FROM embeddings e
        ORDER BY distance LIMIT ?
    ) SELECT n.row, n.vector::text, s.id, p.id, p.name, (SELECT count(*) FROM met) FROM (
        SELECT * FROM met ORDER BY distance, row LIMIT ?
    ) n JOIN samples s ON s.row = n.sample JOIN people p ON p.row = s.person"""
# MATERIALIZED: an index over everybody must not be walked for the few of a group.
_NEAREST_OF_GROUPS = """WITH chosen AS MATERIALIZED (
        SELECT e.row, e.vector, s.id AS sample, p.id AS person, p.name FROM people p
        JOIN samples s ON s.person = p.row JOIN embeddings e ON e.sample = s.row
        WHERE p.row IN (SELECT person FROM person_groups WHERE name = ANY(?))
    ) SELECT row, vector::text, sample, person, name FROM chosen
    ORDER BY vector <#> ?::vector, row LIMIT ?"""
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
        found = _nearest(connection, query, question, depth, index)
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


def _nearest(
    connection: PostgresConnection,
    query: Float32,
    question: Question,
    depth: int,
    index: SearchIndex,
) -> list[Match]:
    """Return the ``depth`` nearest samples, by the index where there is one for the question."""
    text = str(query.tolist())
    if question.groups is not None:
        values = (list(question.groups), text, depth)
        return _matches(query, connection.execute(_NEAREST_OF_GROUPS, values).fetchall())
    if index.kind != "exact" and not question.exact:
        rows = _walked(connection, text, depth, index)
        if rows is not None:
            return _matches(query, rows)
    return _matches(query, connection.execute(_NEAREST, (text, depth)).fetchall())


def _walked(
    connection: PostgresConnection, text: str, depth: int, index: SearchIndex
) -> list[tuple[Any, ...]] | None:
    """Return what a walk through the graph finds; `None` where all must be compared.

    Rows that were erased and not vacuumed yet take places in a walk and are not returned. It is
    made broader until it meets as many others as when its recall was measured.
    """
    wanted = breadth = max(index.ef_search, depth)
    before = -1
    # The server has been told that walking is dear, and would rather compare a few thousand.
    connection.execute("SET LOCAL enable_seqscan = off")
    try:
        while breadth <= MOST_WALKED:
            connection.execute(f"SET LOCAL hnsw.ef_search = {breadth}")
            rows: list[tuple[Any, ...]] = connection.execute(
                _WALKED, (text, wanted, depth)
            ).fetchall()
            met = rows[0][5] if rows else 0
            if met >= wanted:
                return rows
            if met == before:
                break
            before, breadth = met, 2 * breadth
    finally:
        if connection.in_transaction:
            connection.execute("SET LOCAL enable_seqscan = on")
    return None


def _matches(query: Float32, rows: Sequence[tuple[Any, ...]]) -> list[Match]:
    """Return samples by their similarities, summed in double precision."""
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
