"""The pairs that a decision finds hardest, to be looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.impostors import hardest_impostors
from facemetric.types import Float32, Float64

HARDEST = 24
"""Pairs of each kind that are kept to be shown."""


@dataclass(frozen=True, slots=True)
class HardPair:
    """A pair that a decision finds hard.

    Attributes
    ----------
    first, second
        Rows of the task's photographs.
    similarity
        Cosine.
    """

    first: int
    second: int
    similarity: float


def hardest_of_list(
    values: Float64, rows: NDArray[np.int64], chosen: NDArray[np.bool_], *, highest: bool
) -> tuple[HardPair, ...]:
    """Return the chosen pairs with the highest or the lowest values ``(P,)``, hardest first."""
    which = np.flatnonzero(chosen)
    order = which[np.argsort(-values[which] if highest else values[which], kind="stable")]
    return tuple(
        HardPair(int(rows[row, 0]), int(rows[row, 1]), float(values[row]))
        for row in order[:HARDEST]
    )


def most_alike(
    vectors: Float32, people: NDArray[np.int64], total: int, row_of: NDArray[np.int64]
) -> tuple[HardPair, ...]:
    """Return the most similar of the ``total`` pairs of different people."""
    hardest = hardest_impostors(vectors, people, share=min(1.0, HARDEST / total))
    return tuple(
        HardPair(int(row_of[first]), int(row_of[second]), float(score))
        for (first, second), score in zip(
            hardest.rows[:HARDEST], hardest.similarities[:HARDEST], strict=True
        )
    )


def least_alike(
    vectors: Float32, people: NDArray[np.int64], row_of: NDArray[np.int64]
) -> tuple[HardPair, ...]:
    """Return the least similar pairs of one person; ``row_of (N,)`` are the photographs' rows."""
    found: list[HardPair] = []
    order = np.argsort(people, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(people[order])) + 1):
        first, second = np.triu_indices(len(group), 1)
        if not len(first):
            continue
        scores = (vectors[group] @ vectors[group].T)[first, second]
        for pair in np.argsort(scores, kind="stable")[:HARDEST]:
            ends = int(row_of[group[first[pair]]]), int(row_of[group[second[pair]]])
            found.append(HardPair(*ends, float(scores[pair])))
    return tuple(sorted(found, key=lambda pair: pair.similarity)[:HARDEST])
