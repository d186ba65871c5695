"""Every pair of embeddings, a block at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from facemetric.evaluation.impostors import check_labels
from facemetric.evaluation.metrics.histogram import ScoreHistogram
from facemetric.types import AnyArray, Float32, check_embeddings


def all_pairs(
    embeddings: Float32, labels: AnyArray, *, chunk: int = 256
) -> Iterator[tuple[Float32, Float32]]:
    """Yield the similarities of all pairs, those of one person and those of different people.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit norm.
    labels
        ``int (N,)``: the person in each.
    chunk
        Rows compared at a time; memory is about ``9 * chunk * N`` bytes.

    Yields
    ------
    tuple
        Genuine ``float32 (G,)`` and impostor similarities ``float32 (I,)`` of a block of rows with
        the rows after them. Each pair comes once.

    Raises
    ------
    InputError
        The shapes disagree.
    """
    check_embeddings(embeddings)
    people = check_labels(labels, len(embeddings))
    for start in range(0, len(embeddings), chunk):
        block = embeddings[start : start + chunk] @ embeddings[start:].T
        one_person = people[start : start + chunk, None] == people[None, start:]
        different = ~one_person
        size = len(block)
        later = np.triu(np.ones((size, size), bool), 1)
        one_person[:, :size] &= later
        different[:, :size] &= later
        yield block[one_person], block[different]


def pair_histograms(
    embeddings: Float32, labels: AnyArray, *, bits: int = 15, chunk: int = 256
) -> tuple[ScoreHistogram, ScoreHistogram]:
    """Return histograms of the genuine and of the impostor similarities of all pairs.

    See `all_pairs` for the parameters and `ScoreHistogram` for ``bits``.
    """
    genuine, impostor = ScoreHistogram(bits=bits), ScoreHistogram(bits=bits)
    for one_person, different in all_pairs(embeddings, labels, chunk=chunk):
        genuine.add(one_person)
        impostor.add(different)
    return genuine, impostor
