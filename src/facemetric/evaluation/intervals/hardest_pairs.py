"""The hardest impostors of pairs that are neither a short list nor all pairs of one set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facemetric.evaluation.intervals.subject_pairs import SubjectPairs
from facemetric.types import Float64


@dataclass(frozen=True, eq=False, slots=True)
class CountedPairs(SubjectPairs):
    """The hardest impostors of a long list, and how many it has of any two people.

    Attributes
    ----------
    counts
        ``float64 (people, people)``: impostor pairs whose first and second person these are.
    """

    counts: Float64

    @property
    def complete(self) -> bool:
        """Whether every impostor pair is there, not the hardest alone."""
        return len(self.impostors) == int(self.counts.sum())

    def impostor_total(self, draw: Float64) -> float:
        """Return how many impostor pairs ``draw (people,)`` holds, hardest or not."""
        return float(draw @ (self.counts @ draw))


@dataclass(frozen=True, eq=False, slots=True)
class CrossedPairs(SubjectPairs):
    """The hardest impostors where all images of some people met all images of others.

    Attributes
    ----------
    left, right
        ``float64 (people,)``: images of each person on either side; nobody is on both.
    """

    left: Float64
    right: Float64

    @property
    def complete(self) -> bool:
        """Whether every impostor pair is there, not the hardest alone."""
        return len(self.impostors) == int(self.left.sum() * self.right.sum())

    def impostor_total(self, draw: Float64) -> float:
        """Return how many impostor pairs ``draw (people,)`` holds, hardest or not."""
        return float(np.dot(draw, self.left) * np.dot(draw, self.right))
