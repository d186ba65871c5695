"""Answers of the recogniser as the documents that the command line and the service give."""

from __future__ import annotations

from facemetric.bundle import Manifest
from facemetric.gallery import Gallery
from facemetric.quality import quality_remarks
from facemetric.recognizer.seen import (
    Comparison,
    EnrollReport,
    IdentifiedPhoto,
    SeenFace,
    SeenPhoto,
)
from facemetric.types import ChipQuality, Face, Image
from facemetric.wire import (
    CandidateOut,
    ComparedOut,
    EnrolledOut,
    FaceOut,
    GalleryOut,
    IdentifiedOut,
    IdentifiedPhotoOut,
    ModelOut,
    OddsOut,
    PhotoOut,
    ThresholdOut,
    VerifyOut,
)


def face_document(seen: SeenFace) -> FaceOut:
    """Return a face with its measures."""
    return measured_face(seen.face, seen.quality, seen.problems)


def measured_face(
    face: Face, quality: ChipQuality | None, problems: tuple[str, ...] = ()
) -> FaceOut:
    """Return a face with its measures, where there are any, and what they say against it."""
    remarks = quality_remarks(quality) if quality is not None and problems else []
    return FaceOut.of(face, quality, problems, remarks)


def photo_document(image: Image, faces: tuple[Face, ...]) -> PhotoOut:
    """Return a photograph and the faces that were found in it."""
    width, height = image.size_px
    return PhotoOut(
        source=image.source,
        width_px=width,
        height_px=height,
        faces=tuple(FaceOut.of(face) for face in faces),
    )


def comparison_document(answer: Comparison, *, bundle: str) -> VerifyOut:
    """Return the decision on two photographs."""
    decision = answer.decision
    return VerifyOut(
        bundle=bundle,
        first=_compared(answer.first),
        second=_compared(answer.second),
        similarity=answer.similarity,
        distance=answer.distance,
        same=answer.same,
        threshold=ThresholdOut.model_validate(decision.threshold),
        odds=OddsOut.model_validate(decision.odds) if decision.odds else None,
    )


def identified_document(answer: IdentifiedPhoto) -> IdentifiedPhotoOut:
    """Return a photograph and who is on it."""
    width, height = answer.photo.size_px
    return IdentifiedPhotoOut(
        source=answer.photo.source,
        width_px=width,
        height_px=height,
        faces=tuple(
            IdentifiedOut(
                face=face_document(face.seen),
                name=face.name,
                person_id=face.person_id,
                reason=face.decision.reason,
                candidates=tuple(CandidateOut.model_validate(one) for one in face.candidates),
                odds=OddsOut.model_validate(face.decision.odds) if face.decision.odds else None,
                stranger_rate=face.decision.stranger_rate,
            )
            for face in answer.faces
        ),
    )


def enrolled_documents(report: EnrollReport) -> tuple[EnrolledOut, ...]:
    """Return the photographs that were enrolled."""
    return tuple(
        EnrolledOut(
            sample_id=sample.sample_id,
            source=sample.source,
            duplicate=sample.duplicate,
            also_of=sample.also_of,
            has_portrait=sample.has_portrait,
            face=face_document(sample.seen),
        )
        for sample in report.samples
    )


def gallery_document(gallery: Gallery, *, name: str) -> GalleryOut:
    """Return what a gallery holds and is bound to."""
    stats = gallery.stats()
    return GalleryOut(
        gallery=name,
        id=stats.gallery_id,
        bundle=stats.bundle,
        bundle_sha256=stats.bundle_sha256,
        dim=stats.dim,
        flip=stats.flip,
        encoding=stats.encoding,
        people=stats.people,
        samples=stats.samples,
        groups=gallery.groups(),
        size_bytes=stats.size_bytes,
        schema_version=stats.schema_version,
        created=stats.created.isoformat(),
        key_id=stats.key_id,
        portraits=stats.portraits,
    )


def model_document(manifest: Manifest, *, origin: str) -> ModelOut:
    """Return a bundle and what may be done with it."""
    return ModelOut(
        id=manifest.id,
        description=manifest.description,
        origin=origin,
        dim=manifest.embedding.dim,
        template=manifest.alignment.template,
        licence=manifest.licence.spdx,
        commercial_use=manifest.licence.commercial_use,
        training_data=manifest.licence.training_data,
        calibrated=bool(manifest.calibrations),
    )


def _compared(photo: SeenPhoto) -> ComparedOut:
    return ComparedOut(
        source=photo.source, faces_found=photo.faces_found, face=face_document(photo.faces[0])
    )
