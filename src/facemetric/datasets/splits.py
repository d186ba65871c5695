"""Tasks made from a collection of people, with a seed: folds, pairs, open set, clustering."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.labelled import LabelledPhotos
from facemetric.datasets.open_set import OpenSet
from facemetric.datasets.pairs import PhotoPairs
from facemetric.errors import DataError, InputError


def identity_folds(photos: LabelledPhotos, *, folds: int = 10, seed: int = 0) -> NDArray[np.int64]:
    """Return the 0-based fold of each photograph, ``int64 (N,)``; nobody is in two folds.

    People are dealt out in random order, those with several photographs first, so that the folds
    hold equal numbers of both kinds, give or take one.

    Raises
    ------
    InputError
        ``folds`` is below 2.
    DataError
        There are fewer people with several photographs than folds, or fewer than two people a fold.
    """
    if folds < 2:
        raise InputError(f"expected at least 2, got {folds}", item="folds")
    counts = np.bincount(photos.labels, minlength=len(photos.names))
    several = int((counts > 1).sum())
    if several < folds or len(counts) < 2 * folds:
        raise DataError(
            f"{folds} folds need as many people with several photographs and {2 * folds} people, "
            f"got {several} and {len(counts)}",
            item="photos",
            fix="Ask for fewer folds, or add photographs",
        )
    order = np.random.default_rng(seed).permutation(len(counts))
    order = np.concatenate([order[counts[order] > 1], order[counts[order] <= 1]])
    fold_of = np.empty(len(counts), np.int64)
    fold_of[order] = np.arange(len(counts)) % folds
    return fold_of[photos.labels]


def make_pairs(
    photos: LabelledPhotos, *, folds: int = 10, pairs_each: int | None = 300, seed: int = 0
) -> PhotoPairs:
    """Return a verification task in LFW's form, from any collection of people.

    Folds are those of `identity_folds`; both photographs of a pair are from its fold, no pair
    occurs twice. In each fold a genuine pair is drawn from all genuine pairs, person by person in
    turn so that people with many photographs do not dominate; an impostor pair is drawn from two
    people first, then from their photographs.

    Parameters
    ----------
    photos
        The collection.
    pairs_each
        Genuine and as many impostor pairs a fold; ``None`` for what the poorest fold can give, at
        most 300.

    Raises
    ------
    InputError
        ``folds`` or ``pairs_each`` is too small.
    DataError
        The collection cannot give so many folds or pairs.
    """
    if pairs_each is not None and pairs_each < 1:
        raise InputError(f"expected at least 1, got {pairs_each}", item="pairs_each")
    fold = identity_folds(photos, folds=folds, seed=seed)
    members = [_by_person(photos, np.flatnonzero(fold == number)) for number in range(folds)]
    most = min(min(_genuine(people), _impostor(people)) for people in members)
    wanted = min(most, 300) if pairs_each is None else pairs_each
    if wanted > most:
        raise DataError(
            f"{pairs_each} pairs of each kind in each of {folds} folds are wanted, one fold can "
            f"give {most}",
            item="photos",
            fix=f"Ask for at most {most}, or for fewer folds",
        )
    rng = np.random.default_rng([seed, 1])
    rows: list[tuple[int, int]] = []
    for people in members:
        rows += _draw_genuine(people, wanted, rng)
        rows += _draw_impostor(people, wanted, rng)
    pairs = np.array(rows, np.int64)
    used, pairs = np.unique(pairs, return_inverse=True)
    kept = photos.take(used)
    position = np.arange(len(rows))
    return PhotoPairs(
        paths=kept.paths,
        pairs=pairs.reshape(-1, 2),
        same=position % (2 * wanted) < wanted,
        fold=position // (2 * wanted),
        people=kept.people,
    )


def make_open_set(
    photos: LabelledPhotos, *, known_share: float = 0.5, enrolled_each: int = 1, seed: int = 0
) -> OpenSet:
    """Return a watch-list task: a gallery, probes of enrolled people and probes of unknown ones.

    Of the people with more than ``enrolled_each`` photographs, a random share is enrolled with
    ``enrolled_each`` random photographs each; their others are mated probes. All photographs of
    everybody else are non-mated probes.

    Parameters
    ----------
    known_share
        In (0, 1): share of the people who could be enrolled that are.
    enrolled_each
        Photographs a person in the gallery.

    Raises
    ------
    InputError
        An option is out of range.
    DataError
        Nobody can be enrolled, or nobody is left to be unknown.
    """
    if not 0 < known_share < 1:
        raise InputError(f"expected a share between 0 and 1, got {known_share}", item="known_share")
    if enrolled_each < 1:
        raise InputError(f"expected at least 1, got {enrolled_each}", item="enrolled_each")
    rng = np.random.default_rng(seed)
    people = _by_person(photos, np.arange(len(photos)))
    able = [person for person, rows in enumerate(people) if len(rows) > enrolled_each]
    enrolled = min(max(1, round(known_share * len(able))), len(people) - 1)
    if not able or enrolled == 0:
        raise DataError(
            f"an open set needs another person beside one with {enrolled_each + 1} or more "
            f"photographs; of {len(people)} people {len(able)} have so many",
            item="photos",
            fix="Add photographs of more people",
        )
    known = set(rng.permutation(able)[:enrolled].tolist())
    gallery: list[int] = []
    mated: list[int] = []
    for person in sorted(known):
        rows = rng.permutation(people[person])
        gallery += sorted(rows[:enrolled_each].tolist())
        mated += sorted(rows[enrolled_each:].tolist())
    non_mated = [row for row, label in enumerate(photos.labels.tolist()) if label not in known]
    return OpenSet(photos.take(gallery), photos.take(mated), photos.take(non_mated))


def make_cluster_task(
    photos: LabelledPhotos, *, people: int | None = None, seed: int = 0
) -> LabelledPhotos:
    """Return the photographs of ``people`` random people, in random order, to be grouped.

    Raises
    ------
    InputError
        ``people`` is below 1.
    DataError
        The collection has fewer people.
    """
    if people is not None and people < 1:
        raise InputError(f"expected at least 1 or None, got {people}", item="people")
    if people is not None and people > len(photos.names):
        raise DataError(f"{people} people are wanted, there are {len(photos.names)}", item="photos")
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(photos.names))[:people]
    return photos.take(rng.permutation(np.flatnonzero(np.isin(photos.labels, chosen))))


def _by_person(photos: LabelledPhotos, rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Rows of each person who has any among ``rows``."""
    labels = photos.labels[rows]
    order = np.argsort(labels, kind="stable")
    cuts = np.flatnonzero(np.diff(labels[order])) + 1
    return [np.asarray(part, np.int64) for part in np.split(rows[order], cuts)]


def _genuine(people: list[NDArray[np.int64]]) -> int:
    return sum(len(rows) * (len(rows) - 1) // 2 for rows in people)


def _impostor(people: list[NDArray[np.int64]]) -> int:
    total = sum(len(rows) for rows in people)
    return total * (total - 1) // 2 - _genuine(people)


def _draw_genuine(
    people: list[NDArray[np.int64]], wanted: int, rng: np.random.Generator
) -> list[tuple[int, int]]:
    waiting = [_shuffled_pairs(people[index], rng) for index in rng.permutation(len(people))]
    drawn: list[tuple[int, int]] = []
    while len(drawn) < wanted:
        left = []
        for pairs in waiting:
            pair = next(pairs, None)
            if pair is not None and len(drawn) < wanted:
                drawn.append(pair)
                left.append(pairs)
        waiting = left
    return drawn


def _shuffled_pairs(rows: NDArray[np.int64], rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    first, second = np.triu_indices(len(rows), 1)
    for index in rng.permutation(len(first)):
        yield int(rows[first[index]]), int(rows[second[index]])


def _draw_impostor(
    people: list[NDArray[np.int64]], wanted: int, rng: np.random.Generator
) -> list[tuple[int, int]]:
    # Drawing again what was drawn is rare unless most pairs are wanted: then list them all.
    if 2 * wanted > _impostor(people):
        every = [
            (int(a), int(b))
            for index, rows in enumerate(people)
            for others in people[index + 1 :]
            for a in rows
            for b in others
        ]
        return [every[index] for index in rng.permutation(len(every))[:wanted]]
    drawn: dict[tuple[int, int], None] = {}
    for _ in range(4 * wanted):
        if len(drawn) == wanted:
            break
        first = int(rng.integers(len(people)))
        second = int(rng.integers(len(people) - 1))
        second += second >= first
        a, b = sorted(int(rng.choice(people[person])) for person in (first, second))
        drawn[a, b] = None
    # Where most people have few photographs, their pairs run out: the rest from all pairs alike.
    rows = np.concatenate(people)
    sizes = np.array([len(part) for part in people])
    starts = np.cumsum(sizes) - sizes
    weights = sizes * (len(rows) - sizes) / (2 * _impostor(people))
    while len(drawn) < wanted:
        person = int(rng.choice(len(people), p=weights))
        one = starts[person] + int(rng.integers(sizes[person]))
        other = int(rng.integers(len(rows) - sizes[person]))
        other += sizes[person] if other >= starts[person] else 0
        a, b = sorted((int(rows[one]), int(rows[other])))
        drawn[a, b] = None
    return list(drawn)
