"""Pairs that were decided at one threshold, with the photographs and people in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.impostors import check_labels, hardest_impostors, impostor_count
from facemetric.evaluation.metrics import supports, threshold_at_far
from facemetric.evaluation.metrics.operating import lowest_threshold
from facemetric.evaluation.metrics.scores import check_scores
from facemetric.types import AnyArray, Float32

FARS = (1e-3, 1e-2, 1e-1)
"""The first that the pairs support sets the threshold."""


@dataclass(frozen=True, eq=False, slots=True)
class DecidedPairs:
    """What a threshold makes of some pairs; photographs are rows of a task's list.

    Attributes
    ----------
    threshold
        Similarity from which a pair is accepted.
    far
        The false-accept rate that set it.
    genuine
        ``int64 (G, 2)``: every pair of one person.
    rejected
        ``bool (G,)``: which of them are rejected.
    accepted
        ``int64 (K, 2)``: the pairs of different people that are accepted.
    impostors
        ``int64 (I, 2)``: every pair of different people; ``None`` where these are all pairs of
        ``photos``.
    photos
        ``int64 (M,)``: the photographs.
    people
        ``int64 (N,)``: the person in each photograph of the task; ``None`` where unknown.
    """

    threshold: float
    far: float
    genuine: NDArray[np.int64]
    rejected: NDArray[np.bool_]
    accepted: NDArray[np.int64]
    impostors: NDArray[np.int64] | None
    photos: NDArray[np.int64]
    people: NDArray[np.int64] | None

    @property
    def impostor_pairs(self) -> int:
        """How many pairs of different people there are."""
        if self.impostors is not None:
            return len(self.impostors)
        assert self.people is not None
        return impostor_count(self.people[self.photos])


def decide_list(
    scores: AnyArray, same: AnyArray, rows: AnyArray, *, people: AnyArray | None = None
) -> DecidedPairs:
    """Decide a list of pairs at the threshold of the strictest of `FARS` that it supports.

    Parameters
    ----------
    scores, same
        ``float (P,)`` and ``bool (P,)``.
    rows
        ``int (P, 2)``: photographs.
    people
        ``int (N,)``: the person in each photograph; ``None`` where unknown.

    Raises
    ------
    InputError
        See `check_scores`; or ``rows`` has another shape.
    """
    values, labels = check_scores(scores, same)
    pairs = np.asarray(rows)
    if pairs.shape != (len(values), 2) or pairs.dtype.kind not in "iu":
        raise InputError(
            f"expected int ({len(values)}, 2), got {pairs.dtype} {pairs.shape}", item="rows"
        )
    far = strictest_far(int((~labels).sum()))
    threshold = threshold_at_far(values[~labels], far)
    accepted = values >= threshold
    return DecidedPairs(
        threshold=threshold,
        far=far,
        genuine=pairs[labels].astype(np.int64),
        rejected=~accepted[labels],
        accepted=pairs[accepted & ~labels].astype(np.int64),
        impostors=pairs[~labels].astype(np.int64),
        photos=np.unique(pairs).astype(np.int64),
        people=None if people is None else np.asarray(people, np.int64),
    )


def decide_all(vectors: Float32, people: AnyArray, photos: AnyArray) -> DecidedPairs:
    """Decide all pairs of some photographs, as `decide_list` does a list.

    Parameters
    ----------
    vectors
        ``float32 (N, D)``, unit norm: every photograph of the task.
    people
        ``int (N,)``.
    photos
        ``int (M,)``: rows of those that are compared, each once.

    Raises
    ------
    InputError
        The shapes disagree, all show one person, or nobody has two photographs.
    """
    who = check_labels(people, len(vectors))
    rows = np.asarray(photos, np.int64)
    shown = who[rows]
    far = strictest_far(impostor_count(shown))
    hardest = hardest_impostors(vectors[rows], shown, share=far)
    falling = hardest.similarities.astype(np.float64)
    threshold = lowest_threshold(falling, hardest.total, far)
    genuine, scores = _genuine(vectors, shown, rows)
    return DecidedPairs(
        threshold=threshold,
        far=far,
        genuine=genuine,
        rejected=scores < threshold,
        accepted=rows[hardest.rows[falling >= threshold]],
        impostors=None,
        photos=rows,
        people=who,
    )


def strictest_far(impostor_pairs: int) -> float:
    """Return the first of `FARS` that so many impostor pairs support; else the last."""
    return next((far for far in FARS if supports(impostor_pairs, far)), FARS[-1])


def _genuine(
    vectors: Float32, shown: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Float32]:
    pairs, scores = [np.zeros((0, 2), np.int64)], [np.zeros(0, np.float32)]
    order = np.argsort(shown, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(shown[order])) + 1):
        first, second = np.triu_indices(len(group), 1)
        here = vectors[rows[group]]
        scores.append((here @ here.T)[first, second])
        pairs.append(np.stack([rows[group[first]], rows[group[second]]], axis=1))
    if len(pairs) == 1 or not sum(map(len, scores)):
        raise InputError("expected two photographs of somebody", item="people")
    return np.concatenate(pairs), np.concatenate(scores)
