"""Clustering in the background, and people made of its groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from facemetric.service.access import GuardedRoute, needs
from facemetric.service.answers import GalleryName, TheKey, TheService, answer
from facemetric.service.enrolment import check_allowed, check_keeps, consent_of
from facemetric.service.jobdocuments import job_document, labelled_document
from facemetric.service.keys import Key
from facemetric.service.openapi import photos_body
from facemetric.service.photos import photos_of
from facemetric.service.problem import Problem
from facemetric.service.routes.faces import ByHand, Far
from facemetric.service.workforce import Deadline
from facemetric.wire import EnrollOut, JobOut, JobsOut
from facemetric.wire.requests import GroupIn

router = APIRouter(tags=["jobs"], route_class=GuardedRoute)

JobId = Annotated[
    str,
    Path(
        pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        description="A job's id.",
    ),
]
Method = Annotated[str, Query(max_length=64, description="How to group; auto needs no number.")]
KeepPortraits = Annotated[
    bool, Query(description="Keep a small picture of each face with the result, to enrol it with.")
]
People = Annotated[int | None, Query(ge=1, le=10_000, description="How many people there are.")]


@router.post(
    "/v1/jobs/cluster",
    response_model=JobOut,
    status_code=202,
    summary="Group photographs by person",
    openapi_extra=needs("read", takes="job", requestBody=photos_body(raw=False)),
)
async def cluster(
    request: Request,
    service: TheService,
    key: TheKey,
    method: Method = "auto",
    far: Far = 1e-3,
    threshold: ByHand = None,
    people: People = None,
    keep_portraits: KeepPortraits = False,
) -> Response:
    """Group the faces of many photographs in the background; ask `GET /v1/jobs/{job_id}` for it.

    The photographs are let go of as they are looked at, the result after an hour. With
    `keep_portraits`, small pictures of the faces stay with the result, for its groups to be
    enrolled with; that takes the scope `enrol` too.
    """
    if keep_portraits:
        check_allowed(service.settings.keep_portraits)
        if not key.may("enrol"):
            raise Problem(
                403,
                "scope",
                "portraits are for enrolling, and this key may not",
                field="keep_portraits",
                fix="Leave it out, or use a key that may enrol",
            )
    recognizer = service.engine.recognizer
    chosen = recognizer.group_threshold(method=method, far=far, threshold=threshold, people=people)
    photos = await photos_of(request, most=service.settings.limits.job_photos)
    job = service.jobs.add(
        photos,
        owner=key.id,
        method=method,
        threshold=chosen,
        people=people,
        keep_portraits=keep_portraits,
    )
    document = answer(job_document(job, bundle=recognizer.bundle.id), status=202)
    document.headers["Location"] = f"/v1/jobs/{job.id}"
    return document


@router.get("/v1/jobs", response_model=JobsOut, summary="List jobs", openapi_extra=needs("read"))
async def list_jobs(service: TheService, key: TheKey) -> Response:
    """List the jobs of this key, without their results; an unbound admin key sees all."""
    bundle = service.engine.recognizer.bundle.id
    return answer(
        JobsOut(
            jobs=tuple(
                job_document(job, bundle=bundle, whole=False)
                for job in service.jobs.of(_owner(key))
            )
        )
    )


@router.get(
    "/v1/jobs/{job_id}",
    response_model=JobOut,
    summary="Show a job",
    openapi_extra=needs("read"),
)
async def show_job(job_id: JobId, service: TheService, key: TheKey) -> Response:
    """Return how far a job is, and its result once it is done."""
    job = service.jobs.get(job_id, _owner(key))
    bundle = service.engine.recognizer.bundle.id
    # A result has up to 200,000 faces: others are answered while it is written.
    return await service.workforce.paperwork(
        key, lambda deadline: answer(job_document(job, bundle=bundle))
    )


@router.delete(
    "/v1/jobs/{job_id}",
    response_model=JobOut,
    summary="Cancel a job",
    openapi_extra=needs("read"),
)
async def cancel_job(job_id: JobId, service: TheService, key: TheKey) -> Response:
    """Stop a job, or forget its result."""
    job = service.jobs.get(job_id, _owner(key))
    service.jobs.cancel(job)
    return answer(job_document(job, bundle=service.engine.recognizer.bundle.id, whole=False))


@router.post(
    "/v1/galleries/{gallery}/people/from-job",
    response_model=EnrollOut,
    status_code=201,
    summary="Enrol a group of a job",
    responses={200: {"model": EnrollOut, "description": "The person was known already"}},
    openapi_extra=needs("enrol", takes="json"),
)
async def enrol_group(
    gallery: GalleryName, asked: GroupIn, service: TheService, key: TheKey
) -> Response:
    """Enrol faces of a finished job as one person, by the numbers that its result gives them."""
    opened = service.engine.gallery(gallery)
    job = service.jobs.get(asked.job_id, _owner(key))
    faces = [job.face(number) for number in dict.fromkeys(asked.faces)]
    if asked.keep_portraits:
        check_allowed(service.settings.keep_portraits)
        check_keeps(opened)
        job.check_portraits()  # behind the faces: portraits may be let go at any time
    samples = [
        face.sample if asked.keep_portraits else replace(face.sample, portrait=None)
        for face in faces
    ]

    def work(deadline: Deadline) -> EnrollOut:
        enrolment = opened.enroll(
            asked.name,
            samples,
            consent=consent_of(asked.consent),
            keep_until=asked.keep_until,
            groups=asked.groups,
        )
        document = labelled_document(
            enrolment, faces, gallery=gallery, bundle=service.engine.recognizer.bundle.id
        )
        service.audit_enrolment(document, key, gallery=opened)
        return document

    document = await service.workforce.paperwork(key, work, writes=gallery)
    return answer(document, status=201 if document.created else 200)


def _owner(key: Key) -> str | None:
    """Return whose jobs a key may see: its own, or all."""
    return None if key.may("admin") and key.galleries is None else key.id
