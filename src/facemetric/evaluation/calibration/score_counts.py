"""Every pair of a collection, counted in fine steps of similarity, by fold of its people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.impostors import check_labels
from facemetric.types import AnyArray, Float32, Float64, check_embeddings

STEPS = 40_000
"""Bins between the cosines -1 and 1: far finer than any threshold is known."""


@dataclass(frozen=True, eq=False, slots=True)
class ScoreCounts:
    """How many pairs have which similarity.

    Attributes
    ----------
    genuine
        ``int64 (folds, STEPS)``: pairs of one person, by the person's fold.
    impostor
        ``int64 (folds, folds, STEPS)``: pairs of two people, by their folds, the lower one first.
    """

    genuine: NDArray[np.int64]
    impostor: NDArray[np.int64]

    @property
    def folds(self) -> int:
        """How many folds there are."""
        return len(self.genuine)

    def of(self, folds: AnyArray) -> tuple[Float64, Float64]:
        """Return genuine and impostor counts ``float64 (STEPS,)`` among the people of some folds.

        ``folds`` is ``bool (folds,)``; impostor pairs with one person outside are left out.
        """
        chosen = np.flatnonzero(folds)
        inside = self.impostor[np.ix_(chosen, chosen)]
        return (
            self.genuine[chosen].sum(axis=0).astype(np.float64),
            inside.sum(axis=(0, 1)).astype(np.float64),
        )


def bin_centres() -> Float64:
    """Return ``float64 (STEPS,)``: the similarity in the middle of each bin."""
    centres: Float64 = (np.arange(STEPS, dtype=np.float64) + 0.5) * (2 / STEPS) - 1
    return centres


def count_scores(
    embeddings: Float32, labels: AnyArray, *, folds: int, seed: int = 0, chunk: int = 1024
) -> ScoreCounts:
    """Count all pairs, the people dealt into folds at random.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit norm.
    labels
        ``int (N,)``: the person in each.
    folds
        How many, at least 1.
    seed
        Of the deal.
    chunk
        Rows compared at a time.

    Raises
    ------
    InputError
        The shapes disagree.
    """
    check_embeddings(embeddings)
    names, person = np.unique(check_labels(labels, len(embeddings)), return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(names))[person] % folds
    order = np.lexsort((person, fold))
    vectors, person = embeddings[order], person[order]
    ends = np.searchsorted(fold[order], np.arange(folds + 1))
    genuine = np.zeros((folds, STEPS), np.int64)
    impostor = np.zeros((folds, folds, STEPS), np.int64)
    for a in range(folds):
        for start in range(int(ends[a]), int(ends[a + 1]), chunk):
            rows = slice(start, min(start + chunk, int(ends[a + 1])))
            for b in range(a, folds):
                columns = slice(max(start, int(ends[b])), int(ends[b + 1]))
                bins = _bins(vectors[rows] @ vectors[columns].T)
                same = person[rows, None] == person[None, columns]
                # Each pair once: the second of it stands behind the first.
                behind = (
                    np.arange(columns.start, columns.stop)
                    > np.arange(rows.start, rows.stop)[:, None]
                )
                impostor[a, b] += np.bincount(bins[behind & ~same], minlength=STEPS)
                if a == b:
                    genuine[a] += np.bincount(bins[behind & same], minlength=STEPS)
    return ScoreCounts(genuine, impostor)


def _bins(similarities: Float32) -> NDArray[np.int32]:
    steps = (similarities + np.float32(1)) * np.float32(STEPS / 2)
    bins: NDArray[np.int32] = np.clip(steps, 0, STEPS - 1).astype(np.int32)
    return bins
