"""Findings by name: people, and where a numbering is shared, files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facemetric.datasets import BoxedPhoto, EncodedPhoto, Photo, photo_name
from facemetric.evaluation.leakage.finding import Check, Finding, Leakage
from facemetric.evaluation.leakage.names import is_number, plain_name, shared_names
from facemetric.evaluation.leakage.places import SEVERAL, TASK, TRAINING, fold_name, ordered
from facemetric.types import AnyArray


def names_of_folds(people: Sequence[str], photos: Sequence[str], folds: AnyArray) -> Leakage:
    """Find people in two folds, and photographs that the folds themselves share.

    Parameters
    ----------
    people
        The person of each photograph, or none.
    photos
        What each photograph is called.
    folds
        ``int (N,)``; -1 for several.
    """
    kinds = len(ordered(folds.tolist()))
    findings = [
        Finding("file", (SEVERAL, SEVERAL), photos[row], photos[row], 1.0)
        for row in np.flatnonzero(folds < 0).tolist()
    ]
    checks = [Check("file", f"{len(photos):,} photographs by the folds' lists", len(findings))]
    if not people:
        return Leakage(tuple(checks), tuple(findings), ("people: they are not named",))
    seen: dict[str, dict[int, str]] = {}
    for person, fold in zip(people, folds.tolist(), strict=True):
        seen.setdefault(plain_name(person), {}).setdefault(fold, person)
    shared = []
    for spelt in seen.values():
        first, *others = ordered(spelt)
        places = ((fold_name(first), fold_name(other)) for other in others)
        shared += [
            Finding("person", where, spelt[first], spelt[other], 1.0)
            for where, other in zip(places, others, strict=True)
        ]
    checks.insert(0, Check("person", f"{len(seen):,} people of {kinds} folds by name", len(shared)))
    return Leakage(tuple(checks), (*_by_place(shared), *findings))


def names_of_training(
    photos: Sequence[Photo],
    people: Sequence[str],
    training_photos: Sequence[Photo],
    training_people: Sequence[str],
    *,
    shared_ids: bool,
) -> Leakage:
    """Find the people of the task in the training list; files too where ``shared_ids``."""
    if not people or not training_people:
        whose = TASK if not people else TRAINING
        return Leakage((), (), (f"people by name: those of {whose} are not named",))
    names, training_names = set(people), set(training_people)
    reasons = []
    if not shared_ids:
        numbers = {name for name in names if is_number(name)}
        training_numbers = {name for name in training_names if is_number(name)}
        names, training_names = names - numbers, training_names - training_numbers
        if numbers and training_numbers:
            reasons.append(
                f"people by name: {len(numbers):,} of {TASK} and {len(training_numbers):,} of "
                f"{TRAINING} have numbers, which mean the same person only in one numbering "
                "(shared_ids)"
            )
        elif numbers or training_numbers:
            whose = TASK if numbers else TRAINING
            count = len(numbers or training_numbers)
            reasons.append(f"people by name: {count:,} of {whose} have a number and no name")
    findings = [
        Finding("person", (TASK, TRAINING), name, other, 1.0)
        for name, other in shared_names(names, training_names)
    ]
    checks = []
    if names and training_names:
        what = f"{len(names):,} people with {len(training_names):,} training people by name"
        checks.append(Check("person", what, len(findings)))
    if shared_ids and photos and training_photos:
        files = _files(photos, people, training_photos, training_people)
        what = f"{len(photos):,} photographs with {len(training_photos):,} by person and file name"
        checks.append(Check("file", what, len(files)))
        findings += files
    return Leakage(tuple(checks), tuple(findings), tuple(reasons))


def _files(
    photos: Sequence[Photo],
    people: Sequence[str],
    training_photos: Sequence[Photo],
    training_people: Sequence[str],
) -> list[Finding]:
    known = {
        (plain_name(person), _file(photo)): photo_name(photo)
        for photo, person in zip(training_photos, training_people, strict=True)
    }
    keys = [
        (plain_name(person), _file(photo)) for photo, person in zip(photos, people, strict=True)
    ]
    return [
        Finding("file", (TASK, TRAINING), photo_name(photo), known[key], 1.0, note="by file name")
        for photo, key in zip(photos, keys, strict=True)
        if key in known
    ]


def _file(photo: Photo) -> str:
    if isinstance(photo, EncodedPhoto):
        return photo.name
    return (photo.path if isinstance(photo, BoxedPhoto) else photo).name


def _by_place(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda item: (_number(item.where[0]), _number(item.where[1])))


def _number(place: str) -> tuple[bool, int]:
    digits = place.rpartition(" ")[2]
    return (False, int(digits)) if digits.isdecimal() else (True, 0)
