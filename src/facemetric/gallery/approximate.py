"""Approximate search: which index a gallery has, and how much of the truth it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from facemetric.errors import GalleryError, InputError
from facemetric.gallery.ranking import Question
from facemetric.types import Float32, Match

NEIGHBOURS = 10
LEAST_SAMPLES = 100
_RANGES = {"m": (2, 100), "ef_construction": (4, 1000), "ef_search": (10, 1000)}


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """How a gallery looks for the nearest samples.

    Attributes
    ----------
    kind
        ``"exact"``: every sample is compared. ``"hnsw"``: a graph of neighbours is walked, and
        some of the nearest may be missed.
    m, ef_construction
        Links of a node, and the breadth of the search for them, when the graph is built.
    ef_search
        The breadth of a search: larger finds more and takes longer.
    recall
        Share of the ten nearest that was found when the index was built; 1 where all are
        compared.
    queries
        Enrolled samples that ``recall`` was measured with, each among all the others.

    References
    ----------
    Malkov and Yashunin, Efficient and robust approximate nearest neighbor search using
    Hierarchical Navigable Small World graphs, TPAMI 42 (2020).
    """

    kind: Literal["exact", "hnsw"] = "exact"
    m: int = 16
    ef_construction: int = 64
    ef_search: int = 100
    recall: float = 1.0
    queries: int = 0

    def check(self) -> None:
        """Raise InputError where a figure is out of range."""
        if self.kind not in ("exact", "hnsw"):
            raise InputError(f"expected 'exact' or 'hnsw', got {self.kind!r}", item="kind")
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(f"expected {low} to {high}, got {value}", item=name)
        if self.ef_construction < 2 * self.m:
            raise InputError(
                f"expected at least twice m, {2 * self.m}, got {self.ef_construction}",
                item="ef_construction",
            )

    def to_stored(self) -> dict[str, Any]:
        """Return the form in which a store keeps it."""
        return asdict(self)


EXACT = SearchIndex()


def check_enough(samples: int, *, item: str) -> None:
    """Raise GalleryError where there are too few samples for an index."""
    if samples < LEAST_SAMPLES:
        raise GalleryError(
            f"has {samples} samples: an index needs at least {LEAST_SAMPLES}",
            item=item,
            fix="Leave it without one: comparing so few takes no time",
        )


def stored_index(kept: dict[str, Any] | None) -> SearchIndex:
    """Return what a store kept; `EXACT` where it has nothing."""
    return EXACT if kept is None else SearchIndex(**kept)


def with_recall(
    index: SearchIndex,
    queries: Float32,
    answer: Callable[[Float32, Question], list[list[Match]]],
) -> SearchIndex:
    """Measure how many of each query's nearest samples are found.

    Parameters
    ----------
    queries
        ``float32 (Q, D)`` of enrolled samples: each finds itself first, which does not count.
    answer
        Of the gallery, to both ways of asking.
    """
    question = Question(NEIGHBOURS + 1, "sample")
    found = answer(queries, question)
    exact = answer(queries, replace(question, exact=True))
    shares = []
    for some, all_ in zip(found, exact, strict=True):
        own = all_[0].sample_id
        wanted = {match.sample_id for match in all_} - {own}
        if wanted:
            shares.append(len(wanted & {match.sample_id for match in some}) / len(wanted))
    recall = sum(shares) / len(shares) if shares else 1.0
    return replace(index, recall=recall, queries=len(shares))
