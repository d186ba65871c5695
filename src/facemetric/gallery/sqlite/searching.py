"""Search in a SQLite gallery: candidates from memory, compared again with what the store holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from facemetric.gallery.ranking import Question, ranked_people, shortlist
from facemetric.gallery.sql.sealing import Sealing
from facemetric.gallery.sqlite.authentic import check_members, check_vectors
from facemetric.gallery.sqlite.connection import SqliteConnection
from facemetric.gallery.sqlite.memory import Bool, Int64, Memory
from facemetric.gallery.sqlite.sealed import pick
from facemetric.gallery.sqlite.stored import stored_values
from facemetric.types import Float32, Float64, Match

_VECTORS = """SELECT row, vector FROM embeddings WHERE row IN (?*)
    ORDER BY row"""
_NAMES = """SELECT e.row, s.id, p.id, p.name FROM embeddings e JOIN samples s ON s.row = e.sample
    JOIN people p ON p.row = s.person WHERE e.row IN (?*)"""
_THEIR_VECTORS = """SELECT e.row, e.encoding, e.key_id, e.vector, p.id FROM people p
    JOIN samples s ON s.person = p.row JOIN embeddings e ON e.sample = s.row
    WHERE e.bundle = ? AND p.id IN (?*) ORDER BY e.row"""
_GROUPS = """SELECT DISTINCT person FROM person_groups
    WHERE name IN (?*)"""


def search(
    connection: SqliteConnection, memory: Memory, queries: Float32, question: Question
) -> list[list[Match]]:
    """Answer a question, inside the transaction in which ``memory`` was brought up to date."""
    allowed = None if question.groups is None else _members(connection, memory, question.groups)
    ranked = question.by != "best"
    k = shortlist(question.k) if ranked else question.k
    found = _nearest(connection, memory, queries, k, question.per, allowed)
    matches = _matches(connection, memory, found)
    if connection.sealing is not None and question.groups is not None:
        people = (match.person_id for own in matches for match in own)
        check_members(connection, connection.sealing, people, question.groups)
    if not ranked:
        return matches
    return [
        ranked_people(
            query, own, lambda ids: _of_people(connection, memory, ids), question.k, by=question.by
        )
        for query, own in zip(queries, matches, strict=True)
    ]


def _nearest(
    connection: SqliteConnection,
    memory: Memory,
    queries: Float32,
    k: int,
    per: Literal["person", "sample"],
    allowed: Bool | None,
) -> list[tuple[Int64, Float32]]:
    """Return positions and similarities of each query's nearest samples, or one of each person."""
    found: list[tuple[Int64, Float32]] = [_none() for _ in queries]
    left = np.arange(len(queries))
    # Rounding moves rows by some places, and a person may have many near samples: look deeper.
    depth = k if memory.exact and (per == "sample" or k == 1) else 4 * k + 32
    while left.size:
        places, similarities = memory.nearest(queries[left], depth, allowed)
        if not memory.exact and places.size:
            places, similarities = _compared_again(connection, memory, queries[left], places)
        for query, own, values in zip(left.tolist(), places, similarities, strict=True):
            chosen = slice(k) if per == "sample" else _first_of_each(memory.people.values[own])[:k]
            found[query] = (own[chosen], values[chosen])
        if places.shape[1] < depth:
            break
        left = np.array([query for query in left if len(found[query][0]) < k], np.int64)
        depth *= 4
    return found


def _members(connection: SqliteConnection, memory: Memory, groups: Sequence[str]) -> Bool:
    """Return which positions belong to people of any of some groups."""
    sealing = connection.sealing
    names = groups if sealing is None else [sealing.group_key(group) for group in groups]
    rows = connection.select_in(_GROUPS, names).fetchall()
    return memory.of_people(np.array([row for (row,) in rows], np.int64))


def _of_people(
    connection: SqliteConnection, memory: Memory, ids: Sequence[str]
) -> dict[str, Float32]:
    """Return the vectors of some people, by their ids."""
    if connection.sealing is None:
        rows = connection.select_in(_THEIR_VECTORS, ids, (memory.bundle,)).fetchall()
    else:
        found = pick(connection, connection.sealing, memory.bundle, ids, clause="p.id")
        rows = [(*one.stored, one.person_id) for one in found]
    values = stored_values([row[:4] for row in rows], dim=memory.dim, codec=memory.codec)
    vectors: Float32 = values.astype(np.float32)
    if memory.codec is not None and rows:
        vectors = memory.codec.decode(values.astype(np.uint8, copy=False))
    owners = np.array([row[4] for row in rows])
    return {one: vectors[owners == one] for one in ids}


def _compared_again(
    connection: SqliteConnection, memory: Memory, queries: Float32, places: Int64
) -> tuple[Int64, Float32]:
    """Order candidates ``(Q, C)`` by the vectors of the store, in double precision."""
    wanted = np.unique(places)
    numbers = memory.rows.values[wanted]
    blobs = _blobs(connection, memory.bundle, numbers.tolist())
    stored = np.frombuffer(b"".join(blobs), "<f4").reshape(len(wanted), -1)
    vectors: Float64 = stored.astype(np.float64)
    similarities = np.empty(places.shape, np.float32)
    for query, own, values in zip(queries, places, similarities, strict=True):
        values[:] = (vectors[np.searchsorted(wanted, own)] * query).sum(axis=1)
    order = np.lexsort((places, -similarities), axis=1)
    return np.take_along_axis(places, order, 1), np.take_along_axis(similarities, order, 1)


def _matches(
    connection: SqliteConnection, memory: Memory, found: Sequence[tuple[Int64, Float32]]
) -> list[list[Match]]:
    numbers = [memory.rows.values[places].tolist() for places, _ in found]
    wanted = sorted({number for some in numbers for number in some})
    if connection.sealing is None:
        rows: Iterable[tuple[int, str, str, str]] = connection.select_in(_NAMES, wanted)
    else:
        rows = _sealed_owners(connection, connection.sealing, memory, found, wanted)
    known = {row: (sample, person, name) for row, sample, person, name in rows}
    return [
        [
            Match(known[number][1], known[number][2], cosine, known[number][0])
            for number, cosine in zip(some, np.clip(values, -1.0, 1.0).tolist(), strict=True)
        ]
        for some, (_, values) in zip(numbers, found, strict=True)
    ]


def _blobs(connection: SqliteConnection, bundle: str, numbers: Sequence[int]) -> list[bytes]:
    """Return the bytes of some vectors, in the order of their numbers."""
    if connection.sealing is None:
        return [blob for _, blob in connection.select_in(_VECTORS, numbers)]
    found = pick(connection, connection.sealing, bundle, numbers, clause="e.row")
    return [one.vector for one in found]


def _sealed_owners(
    connection: SqliteConnection,
    sealing: Sealing,
    memory: Memory,
    found: Sequence[tuple[Int64, Float32]],
    numbers: Sequence[int],
) -> list[tuple[int, str, str, str]]:
    """Return (number, sample's id, person's id, name) of some vectors.

    The vectors are opened too: they are those of just these ids, or the search fails.
    """
    opened = pick(connection, sealing, memory.bundle, numbers, clause="e.row", names=True)
    by_number = {one.row: one for one in opened}
    for places, _ in found:
        check_vectors(memory, places, by_number)
    return [(one.row, one.sample_id, one.person_id, one.name) for one in opened]


def _first_of_each(people: NDArray[np.int64]) -> Int64:
    """Return where each person stands first, in that order."""
    _, first = np.unique(people, return_index=True)
    return np.sort(first)


def _none() -> tuple[Int64, Float32]:
    return np.empty(0, np.int64), np.empty(0, np.float32)
