"""Scores of pairs with the people in them, ready to be weighed by a draw of people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.impostors import check_labels, genuine_similarities, hardest_impostors
from facemetric.evaluation.metrics.scores import check_scores
from facemetric.types import AnyArray, Float32, Float64


@dataclass(frozen=True, eq=False, slots=True)
class SubjectPairs:
    """Genuine and impostor scores, both falling, with their people.

    In a draw of people a genuine pair counts as often as its person was drawn, and an impostor
    pair as the product of its two people's counts: a person drawn twice is never compared with
    himself as if he were another.

    Attributes
    ----------
    people
        How many there are; they are numbered from 0.
    genuine
        ``float64 (G,)``.
    genuine_person
        ``int64 (G,)``.
    impostors
        ``float64 (K,)``: all, or the hardest.
    impostor_people
        ``int64 (K, 2)``, best with its columns contiguous.
    images
        ``float64 (people,)``, images of each where the impostors are the hardest of all pairs;
        ``(splits, people)`` where pairs are made within splits of the people alone; ``None`` where
        ``impostors`` holds every impostor pair.
    """

    people: int
    genuine: Float64
    genuine_person: NDArray[np.int64]
    impostors: Float64
    impostor_people: NDArray[np.int64]
    images: Float64 | None

    @property
    def complete(self) -> bool:
        """Whether every impostor pair is there, not the hardest alone."""
        return self.images is None or len(self.impostors) == self.impostor_total(
            np.ones(self.people)
        )

    def genuine_weights(self, draw: Float64) -> Float64:
        """Return ``float64 (G,)``: how often ``draw (people,)`` holds each genuine pair."""
        return draw[self.genuine_person]

    def impostor_weights(self, draw: Float64, *, first: int | None = None) -> Float64:
        """Return ``float64 (K,)``: how often ``draw (people,)`` holds each impostor pair.

        Of the hardest ``first`` alone, where that is given.
        """
        ends = self.impostor_people[:first]
        weights: Float64 = draw[ends[:, 0]] * draw[ends[:, 1]]
        return weights

    def impostor_total(self, draw: Float64) -> float:
        """Return how many impostor pairs ``draw (people,)`` holds, hardest or not."""
        if self.images is None:
            return float(self.impostor_weights(draw).sum())
        images = np.atleast_2d(self.images)
        return float(((images @ draw) ** 2 - images**2 @ draw**2).sum() / 2)


def pairs_of_list(scores: AnyArray, same: AnyArray, people: AnyArray) -> SubjectPairs:
    """Return the pairs of a protocol's list.

    Parameters
    ----------
    scores
        ``float (P,)``.
    same
        ``bool (P,)``.
    people
        ``int (P, 2)``: the two people of each pair, one twice where they are the same.

    Raises
    ------
    InputError
        See `check_scores`; or ``people`` has another shape or contradicts ``same``.
    """
    values, labels = check_scores(scores, same)
    ends = np.asarray(people)
    if ends.shape != (len(values), 2) or ends.dtype.kind not in "iu":
        raise InputError(
            f"expected int ({len(values)}, 2), got {ends.dtype} {ends.shape}", item="people"
        )
    wrong = np.flatnonzero((ends[:, 0] == ends[:, 1]) != labels)
    if len(wrong):
        raise InputError(f"row {wrong[0]} contradicts same", item="people")
    names, number = np.unique(ends, return_inverse=True)
    number = number.reshape(ends.shape)
    order = np.argsort(-values, kind="stable")
    genuine, impostor = order[labels[order]], order[~labels[order]]
    return SubjectPairs(
        people=len(names),
        genuine=values[genuine],
        genuine_person=number[genuine, 0],
        impostors=values[impostor],
        impostor_people=np.asfortranarray(number[impostor]),
        images=None,
    )


def pairs_of_embeddings(
    embeddings: Float32, labels: AnyArray, *, share: float = 1.0, genuine_needed: bool = True
) -> SubjectPairs:
    """Return all pairs of ``embeddings (N, D)``, of the impostors the hardest ``share``.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit norm.
    labels
        ``int (N,)``: the person in each.
    share
        In (0, 1]. Twice the highest FAR of interest, or more, leaves room for every draw; each
        pair kept takes 24 bytes.
    genuine_needed
        Whether there must be genuine pairs; a false-accept rate needs none.

    Raises
    ------
    InputError
        See `hardest_impostors`; or nobody has two images, and one must.
    """
    impostors = hardest_impostors(embeddings, labels, share=share)
    names, person = np.unique(check_labels(labels, len(embeddings)), return_inverse=True)
    images = np.bincount(person)
    genuine = genuine_similarities(embeddings, person).astype(np.float64)
    if genuine_needed and not len(genuine):
        raise InputError("expected two images of somebody", item="labels")
    order = np.argsort(-genuine, kind="stable")
    return SubjectPairs(
        people=len(names),
        genuine=genuine[order],
        # In the order of `genuine_similarities`: person after person.
        genuine_person=np.repeat(np.arange(len(names)), images * (images - 1) // 2)[order],
        impostors=impostors.similarities.astype(np.float64),
        impostor_people=np.asfortranarray(person[impostors.rows]),
        images=images.astype(np.float64),
    )
