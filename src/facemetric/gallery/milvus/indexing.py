"""The index over a Milvus gallery's vectors: flat, or a graph whose recall is measured."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from facemetric.gallery.approximate import EXACT, SearchIndex, check_enough, with_recall
from facemetric.gallery.milvus.collections import Collections
from facemetric.gallery.milvus.facts import Facts
from facemetric.gallery.milvus.rows import vectors_of
from facemetric.gallery.ranking import Question
from facemetric.types import Float32, Match


def build(
    collections: Collections,
    facts: Facts,
    index: SearchIndex,
    answer: Callable[[Float32, Question], list[list[Match]]],
    *,
    queries: int,
    seed: int,
) -> SearchIndex:
    """Replace the index by one that was checked; see ``Gallery.build_index``.

    Raises
    ------
    GalleryError
        There are too few samples for a graph.
    """
    if index.kind == "exact":
        collections.index_samples("FLAT", {})
        facts.keep_index(EXACT)
        return EXACT
    check_enough(collections.count("samples"), item=collections.client.address.shown)
    settings = {"M": index.m, "efConstruction": index.ef_construction}
    collections.index_samples("HNSW", settings)
    facts.keep_index(index)
    drawn = _drawn(collections, queries, seed, dim=facts.dim)
    measured = with_recall(index, drawn, answer)
    facts.keep_index(measured)
    return measured


def _drawn(collections: Collections, count: int, seed: int, *, dim: int) -> Float32:
    """Return some samples' vectors, drawn."""
    ids = sorted(row["id"] for row in collections.every("samples", ()))
    chosen = np.random.default_rng(seed).choice(len(ids), min(count, len(ids)), replace=False)
    rows = collections.among("samples", "id", (ids[row] for row in chosen), ("vector",))
    return vectors_of(sorted(rows, key=lambda row: str(row["id"])), dim)
