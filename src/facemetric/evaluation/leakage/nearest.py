"""Who may be the same person under two names: across collections, or within one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.impostors import check_labels
from facemetric.types import AnyArray, Float32, check_embeddings


@dataclass(frozen=True, eq=False, slots=True)
class NearestPeople:
    """For each person of the first collection, the most similar one of the second.

    Attributes
    ----------
    people, others
        ``int64 (P,)``: labels in the two collections.
    similarities
        ``float32 (P,)``: cosine of the two people's mean embeddings.
    """

    people: NDArray[np.int64]
    others: NDArray[np.int64]
    similarities: Float32


def nearest_people(
    embeddings: Float32, labels: AnyArray, other_embeddings: Float32, other_labels: AnyArray
) -> NearestPeople:
    """Return the nearest person of another collection, by the cosine of mean embeddings.

    Parameters
    ----------
    embeddings, other_embeddings
        ``float32 (N, D)`` and ``(M, D)``, unit norm.
    labels, other_labels
        ``int (N,)`` and ``(M,)``: the person in each.

    Raises
    ------
    InputError
        The shapes disagree, or a collection is empty.
    """
    people, means = mean_embeddings(embeddings, labels)
    others, other_means = mean_embeddings(other_embeddings, other_labels)
    if means.shape[1] != other_means.shape[1]:
        raise InputError(
            f"expected one dimension, got {means.shape[1]} and {other_means.shape[1]}",
            item="other_embeddings",
        )
    similarities = means @ other_means.T
    best = similarities.argmax(axis=1)
    return NearestPeople(people, others[best], similarities[np.arange(len(people)), best])


def people_with_doubles(
    embeddings: Float32, labels: AnyArray, *, similarity: float, chunk: int = 512
) -> NDArray[np.int64]:
    """Return the labels that share an image pair of at least this similarity with another label.

    Well above what strangers reach, that means one person, or one photograph, under two names.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit norm.
    labels
        ``int (N,)``: the person in each.
    similarity
        Cosine, in [-1, 1].
    chunk
        Rows compared at a time.

    Raises
    ------
    InputError
        The shapes disagree.
    """
    check_embeddings(embeddings)
    people = check_labels(labels, len(embeddings))
    doubled = np.zeros(len(people), bool)
    for start in range(0, len(people), chunk):
        rows = slice(start, start + chunk)
        alike = embeddings[rows] @ embeddings.T >= similarity
        doubled[rows] = (alike & (people[rows, None] != people)).any(axis=1)
    return np.unique(people[doubled])


def mean_embeddings(embeddings: Float32, labels: AnyArray) -> tuple[NDArray[np.int64], Float32]:
    """Return the labels ``int64 (P,)``, rising, and each one's mean ``float32 (P, D)``, unit norm.

    Raises
    ------
    InputError
        The shapes disagree, or there are no rows.
    """
    check_embeddings(embeddings)
    if not len(embeddings):
        raise InputError("expected at least one row", item="embeddings")
    people, row = np.unique(check_labels(labels, len(embeddings)), return_inverse=True)
    sums = np.zeros((len(people), embeddings.shape[1]))
    np.add.at(sums, row, embeddings)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return people, (sums / np.maximum(lengths, 1e-12)).astype(np.float32)
