"""Labels that embeddings contradict: images far from their person, people with two names.

An image is compared with the mean embedding of its person's *other* images, and with the means of
everybody else. It is suspicious where it is no more like its own person than some strangers are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.impostors import check_labels
from facemetric.evaluation.leakage.nearest import mean_embeddings
from facemetric.types import AnyArray, Float32, check_embeddings

STRANGER_SHARE = 0.01
"""Of the comparisons of images with other people's means; what is below counts as far."""
_ROWS = 512
ALIKE_QUANTILE = 0.25
"""Of people, by the similarity of two halves of their images; what is above counts as alike."""
_LEAST_TO_HALVE = 4  # images of a person


@dataclass(frozen=True, slots=True)
class Suspect:
    """An image that may show somebody else than its label says.

    Attributes
    ----------
    row, others
        Which, and how many other images its person has.
    own, nearest
        Cosine to the mean of those, and to the most similar other person's mean.
    like
        The label of that person.
    """

    row: int
    own: float
    others: int
    nearest: float
    like: int


@dataclass(frozen=True, slots=True)
class AlikePeople:
    """Two labels that may be one person, and the cosine of their means."""

    first: int
    second: int
    similarity: float


@dataclass(frozen=True, slots=True)
class LabelNoise:
    """What embeddings say about labels.

    Attributes
    ----------
    judged
        Images whose person has another one.
    far_below
        Cosine below which an image is far from its person.
    alike_from
        Cosine from which two people are alike: what three of four people reach between two
        halves of their own images; ``None`` where nobody has four images.
    suspects
        The farthest behind the nearest other person first.
    alike
        The most alike first.
    """

    judged: int
    far_below: float
    alike_from: float | None
    suspects: tuple[Suspect, ...]
    alike: tuple[AlikePeople, ...]


def find_label_noise(
    embeddings: Float32,
    labels: AnyArray,
    *,
    stranger_share: float = STRANGER_SHARE,
    seed: int = 0,
) -> LabelNoise:
    """Find images and people whose labels the embeddings contradict.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit norm.
    labels
        ``int (N,)``: the person in each.
    stranger_share
        An image is far where this share of strangers is more like its person, in (0, 1).
    seed
        Of how people's images are halved.

    Raises
    ------
    InputError
        The shapes disagree, the share is out of range, or all images show one person.
    """
    check_embeddings(embeddings)
    if not 0 < stranger_share < 1:
        raise InputError(f"expected a share in (0, 1), got {stranger_share}", item="stranger_share")
    people, person = np.unique(check_labels(labels, len(embeddings)), return_inverse=True)
    if len(people) < 2:
        raise InputError("expected at least two people, got one", item="labels")
    _, means = mean_embeddings(embeddings, person)
    own, counts = _own(embeddings, person, len(people))
    nearest, like, far_below = _strangers(embeddings, person, means, stranger_share)
    rows = np.flatnonzero((counts[person] > 1) & (own < far_below) & (nearest > own))
    rows = rows[np.argsort((own - nearest)[rows], kind="stable")]
    alike_from = _halves(embeddings, person, counts, seed)
    return LabelNoise(
        judged=int((counts[person] > 1).sum()),
        far_below=far_below,
        alike_from=alike_from,
        suspects=tuple(
            Suspect(
                row=int(row),
                own=float(own[row]),
                others=int(counts[person[row]] - 1),
                nearest=float(nearest[row]),
                like=int(people[like[row]]),
            )
            for row in rows
        ),
        alike=() if alike_from is None else _alike(means, people, alike_from),
    )


def _own(
    embeddings: Float32, person: NDArray[np.intp], people: int
) -> tuple[Float32, NDArray[np.int64]]:
    """Return each image's cosine to the mean of its person's others, and images per person."""
    sums = np.zeros((people, embeddings.shape[1]))
    np.add.at(sums, person, embeddings)
    others = sums[person] - embeddings
    lengths = np.maximum(np.linalg.norm(others, axis=1), 1e-12)
    own = np.einsum("nd,nd->n", others, embeddings) / lengths
    return own.astype(np.float32), np.bincount(person, minlength=people)


def _strangers(
    embeddings: Float32, person: NDArray[np.intp], means: Float32, share: float
) -> tuple[Float32, NDArray[np.int64], float]:
    """Return the nearest other person of each image, who that is, and the strangers' quantile."""
    count = len(embeddings)
    nearest = np.empty(count, np.float32)
    like = np.empty(count, np.int64)
    tops = []
    # The upper end of each block is enough for the quantile over all.
    for start in range(0, count, _ROWS):
        rows = slice(start, start + _ROWS)
        block = embeddings[rows] @ means.T
        block[np.arange(len(block)), person[rows]] = -np.inf
        like[rows] = block.argmax(axis=1)
        nearest[rows] = block.max(axis=1)
        compared = block[np.isfinite(block)]
        tops.append(_histogram(compared))
    counts = np.sum(tops, axis=0)
    above = np.cumsum(counts[::-1])[::-1]
    place = int(np.flatnonzero(above >= share * above[0])[-1])
    return nearest, like, float(_EDGES[place])


_EDGES = np.linspace(-1, 1, 20001)


def _histogram(values: Float32) -> NDArray[np.int64]:
    return np.histogram(values.clip(-1, 1), _EDGES)[0]


def _halves(
    embeddings: Float32, person: NDArray[np.intp], counts: NDArray[np.int64], seed: int
) -> float | None:
    """Return the `ALIKE_QUANTILE` of the cosines between two halves of a person's images."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(person))
    order = order[np.argsort(person[order], kind="stable")]
    groups = np.split(order, np.cumsum(counts)[:-1])
    found = []
    for rows in groups:
        if len(rows) >= _LEAST_TO_HALVE:
            _, halves = mean_embeddings(embeddings[rows], np.arange(len(rows)) % 2)
            found.append(float(halves[0] @ halves[1]))
    return float(np.quantile(found, ALIKE_QUANTILE)) if found else None


def _alike(means: Float32, people: NDArray[np.int64], similarity: float) -> tuple[AlikePeople, ...]:
    pairs = []
    for start in range(0, len(means), _ROWS):
        block = means[start : start + _ROWS] @ means[start:].T
        first, second = np.nonzero(block >= similarity)
        for i, j in zip(first[first < second], second[first < second], strict=True):
            pair = int(people[i + start]), int(people[j + start])
            pairs.append(AlikePeople(*pair, float(block[i, j])))
    return tuple(sorted(pairs, key=lambda pair: (-pair.similarity, pair.first, pair.second)))
