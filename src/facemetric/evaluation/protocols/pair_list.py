"""What the protocols over a list of pairs in folds share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.parts import Part, Verification, measure_pairs
from facemetric.evaluation.settings import Settings
from facemetric.evaluation.task import Task, person_numbers
from facemetric.types import Float32, Float64


@dataclass(frozen=True, eq=False, kw_only=True)
class PairTask(Task):
    """Pairs of photographs in folds.

    Attributes
    ----------
    pairs
        ``int64 (P, 2)``: rows of ``photos``.
    same
        ``bool (P,)``.
    fold_of_pair
        ``int64 (P,)``, from 0.
    """

    pairs: NDArray[np.int64]
    same: NDArray[np.bool_]
    fold_of_pair: NDArray[np.int64]

    def measure(
        self, vectors: Float32, found: NDArray[np.bool_], settings: Settings
    ) -> tuple[Part, ...]:
        """Return the figures of the pairs."""
        return (self.measure_list("pairs", pair_similarities(vectors, self.pairs), settings),)

    def measure_list(self, name: str, scores: Float64, settings: Settings) -> Verification:
        """Return the figures of the pairs for ``scores`` ``float64 (P,)``."""
        return measure_pairs(
            name,
            scores,
            self.same,
            settings,
            people=person_numbers(self.people)[self.pairs] if self.people else None,
            fold=self.fold_of_pair,
            pairs=self.pairs,
        )


def pair_similarities(vectors: Float32, pairs: NDArray[np.int64]) -> Float64:
    """Return ``float64 (P,)``: the cosine of each pair of rows."""
    first, second = vectors[pairs[:, 0]], vectors[pairs[:, 1]]
    scores: Float64 = np.einsum("pd,pd->p", first, second, dtype=np.float64)
    return scores
