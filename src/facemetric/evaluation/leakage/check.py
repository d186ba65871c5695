"""The checks that stand before a figure: between folds, and against training data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import Photo
from facemetric.errors import InputError
from facemetric.evaluation.cache import Progress
from facemetric.evaluation.leakage.by_face import Side, faces_of_folds, faces_of_training
from facemetric.evaluation.leakage.by_name import names_of_folds, names_of_training
from facemetric.evaluation.leakage.by_picture import pictures_of_folds, pictures_of_training
from facemetric.evaluation.leakage.finding import Leakage
from facemetric.evaluation.leakage.pictures import too_flat
from facemetric.evaluation.leakage.thumbnails import ThumbnailReader, Thumbnails
from facemetric.types import AnyArray, Float32


def check_folds(
    photos: Sequence[Photo],
    people: Sequence[str],
    fold_of_photo: AnyArray,
    *,
    vectors: Float32 | None = None,
    found: NDArray[np.bool_] | None = None,
    face_similarity: float | None = None,
    person_similarity: float | None = None,
    stranger_similarity: float | None = None,
    cache: Path | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> Leakage:
    """Say which people and pictures stand in two folds.

    Parameters
    ----------
    photos
        Of the task. Of one face among several in a photograph the whole photograph is compared.
    people
        The person in each; empty where that is unknown.
    fold_of_photo
        ``int (N,)``, from 0; -1 for a photograph that is in several folds, which is reported.
    vectors
        ``float32 (N, D)``: embeddings, unit norm; ``None`` to do without faces.
    found
        ``bool (N,)``: whose embedding is that of a face; ``None`` for all.
    face_similarity
        Cosine from which two faces are taken for one picture (see `copy_similarity`).
    person_similarity
        Cosine of mean embeddings from which two names are taken for one person.
    stranger_similarity
        Pictures whose faces are less alike are left out, as likenesses by chance; ``None`` to keep
        all.
    cache, workers, progress
        Of the thumbnails, see `ThumbnailReader`.

    Raises
    ------
    InputError
        The lengths disagree, or a similarity is out of range.
    DataError
        The cache cannot be read or written.
    """
    folds = np.asarray(fold_of_photo)
    if folds.shape != (len(photos),) or folds.dtype.kind not in "iu":
        raise InputError(
            f"expected int ({len(photos)},), got {folds.dtype} {folds.shape}", item="fold_of_photo"
        )
    _check_similarities(face_similarity, person_similarity, stranger_similarity)
    side = Side.of(photos, people, vectors, found, item="")
    reader = ThumbnailReader(cache=cache, workers=workers, progress=progress)
    pictures = reader(photos)
    answer = names_of_folds(side.people, pictures.names, folds)
    by_picture, known = pictures_of_folds(pictures, folds, side, least=stranger_similarity)
    answer += by_picture
    answer += faces_of_folds(
        pictures.names, folds, side, known, face=face_similarity, person=person_similarity
    )
    return answer + _unseen(pictures)


def check_training(
    photos: Sequence[Photo],
    people: Sequence[str],
    training_photos: Sequence[Photo],
    training_people: Sequence[str],
    *,
    shared_ids: bool = False,
    vectors: Float32 | None = None,
    found: NDArray[np.bool_] | None = None,
    training_vectors: Float32 | None = None,
    training_found: NDArray[np.bool_] | None = None,
    face_similarity: float | None = None,
    person_similarity: float | None = None,
    stranger_similarity: float | None = None,
    cache: Path | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> Leakage:
    """Say which people and pictures of a task are in the training data too.

    Parameters
    ----------
    photos, people
        Of the task, as in `check_folds`.
    training_photos
        Empty where only the people are known.
    training_people
        The person in each photograph; a list of names where there are no photographs.
    shared_ids
        Whether both number their people and files alike, as the parts of one collection do: then
        numbers are compared as names are, and file names within a person. Otherwise folder
        ``01234`` of another collection is another person.
    vectors, found, training_vectors, training_found
        Embeddings of both, as in `check_folds`.
    face_similarity, person_similarity, stranger_similarity
        As in `check_folds`.
    cache, workers, progress
        Of the thumbnails, see `ThumbnailReader`.

    Raises
    ------
    InputError
        The lengths disagree, or a similarity is out of range.
    DataError
        The cache cannot be read or written.
    """
    _check_similarities(face_similarity, person_similarity, stranger_similarity)
    side = Side.of(photos, people, vectors, found, item="")
    known_people = training_people if training_photos else ()
    training = Side.of(
        training_photos, known_people, training_vectors, training_found, item="training_"
    )
    answer = names_of_training(
        photos, side.people, training_photos, tuple(training_people), shared_ids=shared_ids
    )
    if not training_photos:
        return answer + Leakage((), (), ("pictures and faces: there are no training photographs",))
    reader = ThumbnailReader(cache=cache, workers=workers, progress=progress)
    pictures, training_pictures = reader(photos), reader(training_photos)
    by_picture, known = pictures_of_training(
        pictures, training_pictures, side, training, least=stranger_similarity
    )
    answer += by_picture
    answer += faces_of_training(
        (pictures.names, training_pictures.names),
        side,
        training,
        known,
        face=face_similarity,
        person=person_similarity,
        shared_ids=shared_ids,
    )
    return answer + _unseen(pictures) + _unseen(training_pictures, of="training photographs")


def _unseen(pictures: Thumbnails, *, of: str = "photographs") -> Leakage:
    reasons = []
    flat = int(too_flat(pictures).sum())
    if flat:
        reasons.append(f"pictures: {flat:,} {of} are too flat to be told from others")
    if pictures.errors:
        reasons.append(f"pictures: {len(pictures.errors):,} {of} cannot be read")
    return Leakage((), (), tuple(reasons), pictures.errors)


def _check_similarities(*values: float | None) -> None:
    for value in values:
        if value is not None and not -1 <= value <= 1:
            raise InputError(f"expected a cosine in [-1, 1], got {value}", item="similarity")
