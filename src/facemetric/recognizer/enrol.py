"""Photographs of one person into a gallery: one face of each, the rest of the batch goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal

from facemetric.detect import Select, select_faces
from facemetric.errors import ImageError, InputError, NoFaceError
from facemetric.gallery import Consent, Gallery, NewSample
from facemetric.gallery.names import clean_name, is_id
from facemetric.recognizer.bound import check_bound, check_keeps_portraits
from facemetric.recognizer.pipeline import Photo, Pipeline
from facemetric.recognizer.seen import EnrolledFace, EnrollReport, SeenFace, SeenPhoto
from facemetric.types import Image, ItemError

_DOMINANT = 2.0
"""A face this many times as large as the next one is taken to be meant."""
_RIVAL_SCORE = 0.9
"""A less certain find does not make a photograph ambiguous: detectors see faces in curtains."""


def enroll_photos(
    pipeline: Pipeline,
    gallery: Gallery | Callable[[], Gallery],
    name: str,
    photos: Iterable[Photo],
    *,
    select: Select | None,
    refuse_poor: bool,
    consent: Consent | None,
    keep_until: datetime | None,
    groups: Sequence[str],
    conflicts: Literal["refuse", "allow"],
    keep_portraits: bool,
) -> EnrollReport:
    """Enrol one person; see ``Recognizer.enroll``."""
    if isinstance(gallery, Gallery):
        check_bound(gallery, pipeline.embedder)
        if keep_portraits:
            check_keeps_portraits(gallery)
    if keep_until is not None:
        _check_future(keep_until)
    if not is_id(name) and not (isinstance(gallery, Gallery) and name in gallery):
        clean_name(name)  # before the work, not after it
    flip = pipeline.embedder.flip
    usable: list[tuple[NewSample, SeenFace]] = []  # not the photographs, which are large
    errors: list[ItemError] = []
    for photo in pipeline.see(photos, portraits=keep_portraits):
        if isinstance(photo, ItemError):
            errors.append(photo)
            continue
        try:
            seen = _the_face(photo, select, refuse_poor=refuse_poor)
            usable.append((_sample(photo, seen, flip=flip), seen))
        except ImageError as error:
            errors.append(ItemError.of(error, item=photo.source))
    if not usable:
        return EnrollReport(name, None, False, (), tuple(errors))
    if not isinstance(gallery, Gallery):
        gallery = gallery()
        check_bound(gallery, pipeline.embedder)
        if keep_portraits:
            check_keeps_portraits(gallery)
    enrolment = gallery.enroll(
        name,
        [sample for sample, _ in usable],
        consent=consent,
        keep_until=keep_until,
        groups=groups,
        conflicts=conflicts,
    )
    samples = tuple(
        EnrolledFace(
            receipt.sample_id,
            sample.source,
            receipt.status == "duplicate",
            seen,
            receipt.also_of,
            receipt.has_portrait,
        )
        for receipt, (sample, seen) in zip(enrolment.receipts, usable, strict=True)
    )
    person = enrolment.person
    return EnrollReport(person.name, person.id, enrolment.created, samples, tuple(errors))


def _check_future(keep_until: datetime) -> None:
    if keep_until.tzinfo is None:
        raise InputError(
            "expected a time with a time zone", item="keep_until", fix="Pass tzinfo=UTC"
        )
    if keep_until <= datetime.now(UTC):
        raise InputError(
            f"{keep_until.isoformat()} has passed: the person would have to be erased at once",
            item="keep_until",
            fix="Give a time to come, or leave it out",
        )


def _the_face(photo: SeenPhoto, select: Select | None, *, refuse_poor: bool) -> SeenFace:
    if not photo.faces:
        raise NoFaceError("no face was found", fix="Use a photograph that shows the face larger")
    chosen = _dominant(photo) if select is None else select_seen(photo, select)[0]
    if refuse_poor and chosen.problems:
        raise ImageError("; ".join(chosen.problems), fix="Use a better photograph")
    return chosen


def _dominant(photo: SeenPhoto) -> SeenFace:
    best = max(seen.face.score for seen in photo.faces)
    by_size = sorted(
        (seen for seen in photo.faces if seen.face.score >= min(best, _RIVAL_SCORE)),
        key=lambda seen: -seen.face.size_px,
    )
    if len(by_size) > 1 and by_size[0].face.size_px < _DOMINANT * by_size[1].face.size_px:
        raise ImageError(
            f"shows {len(by_size)} faces, and which one is meant is not clear",
            fix="Crop it, or choose the largest or the central one with select",
        )
    return by_size[0]


def select_seen(photo: SeenPhoto, select: Select) -> list[SeenFace]:
    """Choose among the faces of a photograph as ``facemetric.detect.select_faces`` does."""
    by_face = {id(seen.face): seen for seen in photo.faces}
    image = Image(photo.pixels, photo.size_px, photo.source)
    return [
        by_face[id(face)]
        for face in select_faces([seen.face for seen in photo.faces], image, select=select)
    ]


def _sample(photo: SeenPhoto, seen: SeenFace, *, flip: bool) -> NewSample:
    return NewSample(
        embedding=seen.embedding,
        source=photo.source,
        source_sha256=photo.sha256,
        face=seen.face,
        quality=seen.quality,
        flip=flip,
        portrait=seen.portrait,
    )
