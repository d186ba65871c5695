"""Findings by embedding: the same face picture, and likely people under other names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import Photo
from facemetric.errors import InputError
from facemetric.evaluation.leakage.faces import like_pairs
from facemetric.evaluation.leakage.finding import Check, Finding, Leakage
from facemetric.evaluation.leakage.names import is_number, plain_name
from facemetric.evaluation.leakage.nearest import mean_embeddings, nearest_people
from facemetric.evaluation.leakage.places import TASK, TRAINING, fold_name
from facemetric.types import AnyArray, Float32, check_embeddings


@dataclass(frozen=True, eq=False, slots=True)
class Side:
    """What is known of one side's photographs: people (or none), embeddings, faces found."""

    people: tuple[str, ...]
    vectors: Float32 | None
    found: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        photos: Sequence[Photo],
        people: Sequence[str],
        vectors: Float32 | None,
        found: NDArray[np.bool_] | None,
        *,
        item: str,
    ) -> Side:
        """Check the lengths; ``item`` stands before the argument's name in errors."""
        count = len(photos)
        if people and len(people) != count:
            raise InputError(
                f"expected a person for each of {count} photographs, got {len(people)}",
                item=f"{item}people",
            )
        if vectors is not None:
            check_embeddings(vectors, name=f"{item}vectors")
            if len(vectors) != count:
                raise InputError(
                    f"expected {count} rows, got {len(vectors)}", item=f"{item}vectors"
                )
        there = np.ones(count, np.bool_) if found is None else np.asarray(found)
        if there.shape != (count,) or there.dtype != np.bool_:
            raise InputError(
                f"expected bool ({count},), got {there.dtype} {there.shape}", item=f"{item}found"
            )
        return cls(tuple(people), vectors, there)


def faces_of_folds(
    photos: Sequence[str],
    folds: AnyArray,
    side: Side,
    known: NDArray[np.int64],
    *,
    face: float | None,
    person: float | None,
) -> Leakage:
    """Find faces and likely people in two folds; ``known`` pairs were found by picture."""
    if side.vectors is None:
        return _unseen("no embeddings were given")
    rows = np.flatnonzero(side.found)
    answer = _missing(side, "photographs")
    if face is None:
        answer += _unseen("no similarity of copies was given", what="face pictures")
    else:
        pairs = like_pairs(side.vectors[rows], similarity=face, groups=folds[rows])
        ends = rows[pairs.rows]
        places = [(fold_name(int(folds[i])), fold_name(int(folds[j]))) for i, j in ends]
        answer += _faces(
            ends, pairs.similarities, places, (photos, photos), known, f"{len(rows):,} faces", face
        )
    if person is None or not side.people:
        return answer + _unseen(_no_people(person), what="people under other names")
    names, labels = _numbered([side.people[row] for row in rows])
    if not names:
        return answer + _unseen("no face was found", what="people under other names")
    _, means = mean_embeddings(side.vectors[rows], labels)
    fold_of = np.array([folds[rows[at]] for at in np.unique(labels, return_index=True)[1]])
    near = like_pairs(means, similarity=person, groups=fold_of)
    findings = [
        Finding(
            "likely person",
            (fold_name(int(fold_of[first])), fold_name(int(fold_of[second]))),
            names[first],
            names[second],
            round(float(score), 4),
        )
        for (first, second), score in zip(near.rows.tolist(), near.similarities, strict=True)
    ]
    what = f"{len(names):,} people by mean embedding (other names), cosine {person:.3f} and more"
    return answer + Leakage((Check("likely person", what, len(findings)),), tuple(findings))


def faces_of_training(
    photos: tuple[Sequence[str], Sequence[str]],
    side: Side,
    training: Side,
    known: NDArray[np.int64],
    *,
    face: float | None,
    person: float | None,
    shared_ids: bool,
) -> Leakage:
    """Find faces and likely people of the task in the training data; ``known`` as for folds."""
    if side.vectors is None or training.vectors is None:
        whose = TASK if side.vectors is None else TRAINING
        return _unseen(f"no embeddings of {whose} were given")
    rows, training_rows = np.flatnonzero(side.found), np.flatnonzero(training.found)
    answer = _missing(side, "photographs") + _missing(training, "training photographs")
    vectors, training_vectors = side.vectors[rows], training.vectors[training_rows]
    compared = f"{len(rows):,} faces with {len(training_rows):,} training faces"
    if face is None:
        answer += _unseen("no similarity of copies was given", what="face pictures")
    else:
        pairs = like_pairs(vectors, training_vectors, similarity=face)
        ends = np.stack([rows[pairs.rows[:, 0]], training_rows[pairs.rows[:, 1]]], 1)
        places = [(TASK, TRAINING)] * len(ends)
        answer += _faces(ends, pairs.similarities, places, photos, known, compared, face)
    if person is None or not side.people or not training.people:
        return answer + _unseen(_no_people(person), what="people under other names")
    names, labels = _numbered([side.people[row] for row in rows])
    others, other_labels = _numbered([training.people[row] for row in training_rows])
    if not names or not others:
        return answer + _unseen("no face was found", what="people under other names")
    near = nearest_people(vectors, labels, training_vectors, other_labels)
    findings = []
    for row, other, score in zip(near.people, near.others, near.similarities, strict=True):
        name, other_name = names[row], others[other]
        same = plain_name(name) == plain_name(other_name) and (shared_ids or not is_number(name))
        if score >= person and not same:
            where = (TASK, TRAINING)
            findings.append(
                Finding("likely person", where, name, other_name, round(float(score), 4))
            )
    what = (
        f"{len(names):,} people with {len(others):,} training people by mean embedding "
        f"(other names), cosine {person:.3f} and more"
    )
    return answer + Leakage((Check("likely person", what, len(findings)),), tuple(findings))


def _faces(
    ends: NDArray[np.int64],
    similarities: Float32,
    places: list[tuple[str, str]],
    photos: tuple[Sequence[str], Sequence[str]],
    known: NDArray[np.int64],
    compared: str,
    least: float,
) -> Leakage:
    told = {tuple(pair) for pair in known.tolist()}
    findings = tuple(
        Finding("face", where, photos[0][first], photos[1][second], round(float(score), 4))
        for (first, second), score, where in zip(ends.tolist(), similarities, places, strict=True)
        if (first, second) not in told
    )
    besides = " beside those found as pictures" if told else ""
    what = f"{compared}{besides}, cosine {least:.3f} and more"
    return Leakage((Check("face", what, len(findings)),), findings)


def _numbered(people: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the people as first spelt, and the number of each row's person."""
    number_of: dict[str, int] = {}
    names: list[str] = []
    for person in people:
        if number_of.setdefault(plain_name(person), len(names)) == len(names):
            names.append(person)
    return names, np.array([number_of[plain_name(person)] for person in people], np.int64)


def _missing(side: Side, what: str) -> Leakage:
    count = int((~side.found).sum())
    said = (
        f"{count:,} {what} have no face" if count > 1 else f"1 {what.removesuffix('s')} has no face"
    )
    return _unseen(said, what="faces") if count else Leakage((), ())


def _no_people(person: float | None) -> str:
    return "no similarity of one person was given" if person is None else "people are not named"


def _unseen(reason: str, *, what: str = "faces and people under other names") -> Leakage:
    return Leakage((), (), (f"{what}: {reason}",))
