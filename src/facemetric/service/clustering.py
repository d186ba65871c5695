"""Faces of many photographs, grouped by person, with what it takes to enrol a group."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from facemetric.cluster import cluster
from facemetric.decide import Threshold
from facemetric.gallery import NewSample
from facemetric.recognizer import EncodedPhoto, SeenPhoto
from facemetric.service.engine import Engine
from facemetric.types import ItemError


@dataclass(frozen=True, eq=False, slots=True)
class ClusteredFace:
    """A face as it could be enrolled, what makes it a poor one, and its group (-1: alone)."""

    sample: NewSample
    problems: tuple[str, ...]
    label: int


@dataclass(frozen=True, eq=False, slots=True)
class Clustering:
    """The faces in the order of the photographs, and the photographs that could not be used."""

    faces: tuple[ClusteredFace, ...]
    errors: tuple[ItemError, ...]
    method: str
    threshold: Threshold | None

    def without_portraits(self) -> Clustering:
        """Return the same with faces that have no portrait."""
        faces = (replace(face, sample=replace(face.sample, portrait=None)) for face in self.faces)
        return replace(self, faces=tuple(faces))


def clustered(
    engine: Engine,
    photos: deque[EncodedPhoto],
    *,
    method: str,
    threshold: Threshold | None,
    people: int | None,
    portraits: bool,
    count: Callable[[int], None],
    hold: Callable[[int], None],
) -> Clustering:
    """Group the faces of photographs, which are taken out of ``photos`` as they are looked at.

    Parameters
    ----------
    engine
        Looks at them.
    photos
        Empty afterwards.
    method, threshold, people
        See ``Recognizer.group``.
    portraits
        Whether each face gets a portrait, for it to be enrolled with.
    count
        Called with the number of photographs that are done; what it raises ends the work.
    hold
        Called with the bytes of all portraits so far, likewise.
    """
    recognizer = engine.recognizer
    seen: list[tuple[NewSample, tuple[str, ...]]] = []
    errors: list[ItemError] = []

    def taken() -> Iterator[EncodedPhoto]:
        while True:
            try:
                photo = photos.popleft()
            except IndexError:  # the last one was taken, or the job was cancelled meanwhile
                return
            yield photo

    looked_at = recognizer.see_many(taken(), max_faces=engine.limits.max_faces, portraits=portraits)
    done = held = 0
    for done, photo in enumerate(looked_at, start=1):
        count(done)
        if isinstance(photo, ItemError):
            errors.append(photo)
        else:
            seen.extend(_samples(photo, flip=recognizer.flip))
            if portraits:
                held += sum(len(face.portrait.jpeg) for face in photo.faces if face.portrait)
                hold(held)
    count(done)
    if not seen:
        return Clustering((), tuple(errors), method, threshold)
    labels = cluster(
        np.stack([sample.embedding for sample, _ in seen]),
        method=method,
        threshold=None if threshold is None else threshold.similarity,
        n_clusters=None if people is None else min(people, len(seen)),
        seed=0,
    ).tolist()
    sizes = Counter(labels)
    return Clustering(
        tuple(
            ClusteredFace(sample, problems, label if sizes[label] > 1 else -1)
            for (sample, problems), label in zip(seen, labels, strict=True)
        ),
        tuple(errors),
        method,
        threshold,
    )


def _samples(photo: SeenPhoto, *, flip: bool) -> Iterator[tuple[NewSample, tuple[str, ...]]]:
    for face in photo.faces:
        sample = NewSample(
            embedding=face.embedding,
            source=photo.source,
            source_sha256=photo.sha256,
            face=face.face,
            quality=face.quality,
            flip=flip,
            portrait=face.portrait,
        )
        yield sample, face.problems
