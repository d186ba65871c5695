"""Jobs as documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from facemetric.gallery import Enrolment
from facemetric.recognizer.documents import measured_face
from facemetric.service.clustering import ClusteredFace, Clustering
from facemetric.service.job import Job
from facemetric.types import Face
from facemetric.wire import (
    ClusteredFaceOut,
    ClusteredGroupOut,
    ClusteringOut,
    EnrolledOut,
    EnrollOut,
    ErrorOut,
    FaceOut,
    JobOut,
    ThresholdOut,
)


def job_document(job: Job, *, bundle: str, whole: bool = True) -> JobOut:
    """Return a job, with its result where that is wanted and there."""
    return JobOut(
        job_id=job.id,
        kind="cluster",
        state=job.state,
        done=job.done,
        total=job.total,
        keep_portraits=job.keep_portraits,
        created=job.created.isoformat(),
        finished=job.finished.isoformat() if job.finished else None,
        error=ErrorOut.of(job.error) if job.error else None,
        result=_clustering(job.result, bundle) if whole and job.result else None,
    )


def labelled_document(
    enrolment: Enrolment, faces: Sequence[ClusteredFace], *, gallery: str, bundle: str
) -> EnrollOut:
    """Return what came of enrolling faces of a job."""
    return EnrollOut(
        gallery=gallery,
        bundle=bundle,
        person_id=enrolment.person.id,
        name=enrolment.person.name,
        created=enrolment.created,
        samples=tuple(
            EnrolledOut(
                sample_id=receipt.sample_id,
                source=face.sample.source,
                duplicate=receipt.status == "duplicate",
                also_of=receipt.also_of,
                has_portrait=receipt.has_portrait,
                face=_face(face),
            )
            for receipt, face in zip(enrolment.receipts, faces, strict=True)
        ),
    )


def _clustering(result: Clustering, bundle: str) -> ClusteringOut:
    groups: defaultdict[int, list[ClusteredFaceOut]] = defaultdict(list)
    for number, face in enumerate(result.faces):
        groups[face.label].append(
            ClusteredFaceOut(number=number, source=face.sample.source, face=_face(face))
        )
    ordered = sorted(groups, key=lambda label: (label < 0, -len(groups[label]), label))
    return ClusteringOut(
        bundle=bundle,
        method=result.method,
        threshold=ThresholdOut.model_validate(result.threshold) if result.threshold else None,
        groups=tuple(
            ClusteredGroupOut(label=label, faces=tuple(groups[label])) for label in ordered
        ),
        errors=tuple(map(ErrorOut.of, result.errors)),
    )


def _face(face: ClusteredFace) -> FaceOut:
    found = face.sample.face
    assert isinstance(found, Face)
    return measured_face(found, face.sample.quality, face.problems)
