"""All pairs of different people, exactly, without the whole matrix of similarities in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.types import AnyArray, Float32, check_embeddings


@dataclass(frozen=True, eq=False, slots=True)
class Impostors:
    """The most similar pairs of different people, by falling similarity.

    Attributes
    ----------
    similarities
        ``float32 (K,)``.
    rows
        ``int32 (K, 2)``: the two embeddings of each.
    total
        How many impostor pairs there are, of which these are the first.
    """

    similarities: Float32
    rows: NDArray[np.int32]
    total: int


def hardest_impostors(
    embeddings: Float32, labels: AnyArray, *, share: float, chunk: int = 512
) -> Impostors:
    """Return the most similar ``share`` (and one more) of the pairs of different people.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit norm.
    labels
        ``int (N,)``: the person in each.
    share
        In (0, 1]; memory grows with it.
    chunk
        Rows compared at a time.

    Raises
    ------
    InputError
        The shapes disagree, ``share`` is out of range, or all show one person.
    """
    check_embeddings(embeddings)
    people = check_labels(labels, len(embeddings))
    if not 0 < share <= 1:
        raise InputError(f"expected a share in (0, 1], got {share}", item="share")
    total = impostor_count(people)
    if total == 0:
        raise InputError("expected at least two people, got one", item="labels")
    wanted = min(int(share * total * (1 + 1e-12)) + 1, total)
    values = np.zeros(0, np.float32)
    rows = np.zeros((0, 2), np.int32)
    bound = np.float32(-np.inf)
    for start in range(0, len(embeddings), chunk):
        block = embeddings[start : start + chunk] @ embeddings[start:].T
        first, second = people[start : start + chunk, None], people[None, start:]
        block[first == second] = -np.inf
        block[:, : len(block)][np.tri(len(block), dtype=bool)] = -np.inf
        if len(values) < wanted < block.size:
            # What is not among the first of one block is not among those of all.
            bound = max(bound, np.partition(block, -wanted, axis=None)[-wanted])
        places = np.flatnonzero(block >= max(bound, np.finfo(np.float32).min))
        values = np.concatenate([values, block.ravel()[places]])
        pairs = np.stack(np.divmod(places, block.shape[1]), 1) + start
        rows = np.concatenate([rows, pairs.astype(np.int32)])
        if len(values) > wanted:
            bound = np.partition(values, -wanted)[-wanted]
            kept = values >= bound
            values, rows = values[kept], rows[kept]
    # Stable: ties stay in the order of the rows.
    order = np.argsort(-values, kind="stable")[:wanted]
    return Impostors(values[order], rows[order], total)


def genuine_similarities(embeddings: Float32, labels: AnyArray) -> Float32:
    """Return ``float32 (G,)``: the similarity of every pair of embeddings of one person.

    Raises
    ------
    InputError
        The shapes disagree.
    """
    check_embeddings(embeddings)
    people = check_labels(labels, len(embeddings))
    order = np.argsort(people, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(people[order])) + 1)
    found = [np.zeros(0, np.float32)]
    for group in groups:
        block = embeddings[group] @ embeddings[group].T
        found.append(block[np.triu_indices(len(group), 1)])
    return np.concatenate(found)


def impostor_count(labels: NDArray[np.int64]) -> int:
    """Return how many pairs of different people there are."""
    counts = np.unique(labels, return_counts=True)[1].astype(object)
    return int((len(labels) ** 2 - (counts**2).sum()) // 2)


def check_labels(labels: AnyArray, rows: int) -> NDArray[np.int64]:
    """Return the labels as ``int64 (rows,)``; InputError where they are something else."""
    people = np.asarray(labels)
    if people.shape != (rows,) or people.dtype.kind not in "iu":
        raise InputError(
            f"expected int ({rows},), got {people.dtype} {people.shape}", item="labels"
        )
    return people.astype(np.int64)
