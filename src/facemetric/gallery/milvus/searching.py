"""Search in a Milvus gallery: Milvus finds candidates, their order is settled here."""

from __future__ import annotations

import heapq
import json
from collections.abc import Sequence
from itertools import islice

import numpy as np

from facemetric.gallery.approximate import SearchIndex
from facemetric.gallery.milvus.collections import ROWS_AT_ONCE, Collections, Row
from facemetric.gallery.milvus.rows import vectors_of
from facemetric.gallery.ranking import Question, first_of_each, ranked_people, shortlist
from facemetric.types import Float32, Float64, Match

MOST_CANDIDATES = 16_384
"""The most that Milvus returns."""


def search(
    collections: Collections,
    queries: Float32,
    question: Question,
    *,
    dim: int,
    index: SearchIndex,
) -> list[list[Match]]:
    """Answer a question."""
    condition = ""
    if question.groups is not None:
        if not question.groups:
            return [[] for _ in queries]
        condition = f"array_contains_any(groups, {json.dumps(question.groups, ensure_ascii=False)})"
    ranked = question.by != "best"
    k = shortlist(question.k) if ranked else question.k
    found: list[list[Match]] = [[] for _ in queries]
    left = list(range(len(queries)))
    depth = min(4 * k + 32, MOST_CANDIDATES)
    while left:
        some = queries[left]
        if depth > MOST_CANDIDATES or (question.exact and index.kind != "exact"):
            named = _nearest_of_all(collections, some, depth, condition, dim)
        else:
            named = collections.nearest(some.tolist(), depth, condition, breadth=index.ef_search)
        answers = _candidates(collections, some, named, dim)
        again = []
        for query, (matches, seen) in zip(left, answers, strict=True):
            found[query] = matches if question.per == "sample" else first_of_each(matches)
            if len(found[query]) < k and seen == depth:
                again.append(query)
        left = again
        depth = min(4 * depth, MOST_CANDIDATES) if depth < MOST_CANDIDATES else 4 * depth
    if not ranked:
        return [matches[:k] for matches in found]

    def vectors_by_person(ids: Sequence[str]) -> dict[str, Float32]:
        rows = collections.among("samples", "person", ids, ("person", "number", "vector"))
        rows.sort(key=lambda row: row["number"])
        return {one: vectors_of([row for row in rows if row["person"] == one], dim) for one in ids}

    return [
        ranked_people(query, matches[:k], vectors_by_person, question.k, by=question.by)
        for query, matches in zip(queries, found, strict=True)
    ]


def _nearest_of_all(
    collections: Collections, queries: Float32, depth: int, condition: str, dim: int
) -> list[list[tuple[str, str]]]:
    """Compare every vector here: with a graph, or for so many, Milvus cannot be asked to."""
    best: list[list[tuple[float, int, str, str]]] = [[] for _ in queries]
    rows = collections.every("samples", ("person", "number", "vector"), condition)
    while part := list(islice(rows, ROWS_AT_ONCE)):
        similarities = queries @ vectors_of(part, dim).T
        for kept, values in zip(best, similarities.tolist(), strict=True):
            kept += [
                (value, -int(row["number"]), row["id"], row["person"])
                for value, row in zip(values, part, strict=True)
            ]
            kept[:] = heapq.nlargest(depth, kept)
    return [[(sample, person) for _, _, sample, person in kept] for kept in best]


def _candidates(
    collections: Collections,
    queries: Float32,
    named: Sequence[Sequence[tuple[str, str]]],
    dim: int,
) -> list[tuple[list[Match], int]]:
    """Return each query's nearest samples, best first, and how many were named.

    A sample whose person is not there was left by a process that was killed: it does not count.
    """
    samples = {
        row["id"]: row
        for row in collections.among(
            "samples", "id", (one for hits in named for one, _ in hits), ("number", "vector")
        )
    }
    names = {
        row["id"]: str(row["facts"]["name"])
        for row in collections.among(
            "people", "id", (person for hits in named for _, person in hits), ("facts",)
        )
    }
    answers = []
    for query, hits in zip(queries, named, strict=True):
        usable = [hit for hit in hits if hit[0] in samples and hit[1] in names]
        rows: list[Row] = [samples[sample] for sample, _ in usable]
        wide: Float64 = vectors_of(rows, dim).astype(np.float64)
        similarities: Float32 = (wide * query).sum(axis=1).astype(np.float32)
        order = np.lexsort(([row["number"] for row in rows], -similarities)).tolist()
        cosines = np.clip(similarities, -1.0, 1.0).tolist()
        matches = [
            Match(usable[at][1], names[usable[at][1]], cosines[at], usable[at][0]) for at in order
        ]
        answers.append((matches, len(hits)))
    return answers
