"""How a person's samples together answer for the person: one meaning for every backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from facemetric.errors import InputError
from facemetric.types import Float32, Float64, Match

By: TypeAlias = Literal["best", "top-mean", "centroid"]

TOP_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a gallery about every query; see ``Gallery.search``."""

    k: int
    per: Literal["person", "sample"] = "person"
    by: By = "best"
    groups: tuple[str, ...] | None = None
    exact: bool = False

    def check(self) -> None:
        """Raise InputError unless it can be answered."""
        if self.k < 1:
            raise InputError(f"expected at least 1, got {self.k}", item="k")
        if self.per not in ("person", "sample"):
            raise InputError(f"expected 'person' or 'sample', got {self.per!r}", item="per")
        if self.by not in ("best", "top-mean", "centroid"):
            raise InputError(
                f"expected 'best', 'top-mean' or 'centroid', got {self.by!r}", item="by"
            )
        if self.per == "sample" and self.by != "best":
            raise InputError("ranks people: it needs per='person'", item="by")


def first_of_each(matches: Sequence[Match]) -> list[Match]:
    """Return each person's first match, in the order they come in."""
    first: dict[str, Match] = {}
    for match in matches:
        first.setdefault(match.person_id, match)
    return list(first.values())


def shortlist(k: int) -> int:
    """Return how many people, by their nearest sample, are compared by all their samples."""
    return max(10 * k, 50)


def by_top_mean(samples: Float64) -> float:
    """Return the mean of a person's three highest similarities; of all where there are fewer."""
    return float(np.sort(samples)[-TOP_SAMPLES:].mean())


def by_centroid(query: Float64, vectors: Float64) -> float:
    """Return the cosine of a query and the mean direction of ``(N, D)`` unit embeddings."""
    middle = vectors.sum(axis=0)
    length = float(np.linalg.norm(middle))
    return float(query @ middle) / length if length > 0 else -1.0


def ranked_people(
    query: Float32,
    nearest: Sequence[Match],
    vectors_of: Callable[[Sequence[str]], Mapping[str, Float32]],
    k: int,
    *,
    by: By,
) -> list[Match]:
    """Return the ``k`` best of some people by all their samples; ties in the order they came in.

    Parameters
    ----------
    query
        ``float32 (D,)``, unit norm.
    nearest
        The shortlist: each person by the nearest sample, best first.
    vectors_of
        From ids of people to ``float32 (N, D)`` of their samples.
    """
    if by == "best" or not nearest:
        return list(nearest[:k])
    wide: Float64 = query.astype(np.float64)
    vectors = vectors_of([match.person_id for match in nearest])

    def similarity(match: Match) -> float:
        own: Float64 = vectors[match.person_id].astype(np.float64)
        value = by_centroid(wide, own) if by == "centroid" else by_top_mean(own @ wide)
        return min(max(value, -1.0), 1.0)

    scored = [(similarity(match), match) for match in nearest]
    scored.sort(key=lambda pair: -pair[0])
    return [
        Match(match.person_id, match.name, value, match.sample_id) for value, match in scored[:k]
    ]
