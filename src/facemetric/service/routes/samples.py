"""A person's enrolled photographs."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from facemetric.errors import PersonError
from facemetric.gallery import Gallery, Sample
from facemetric.gallery.documents import sample_document
from facemetric.service.access import GuardedRoute, needs
from facemetric.service.answers import GalleryName, PersonId, SampleId, TheKey, TheService, answer
from facemetric.service.enrolment import Enrolling, check_conflicts, enrolled, unnamed
from facemetric.service.openapi import photos_body
from facemetric.service.photos import photos_of
from facemetric.service.problem import Problem
from facemetric.service.routes.people import (
    Conflicts,
    KeepPortraits,
    OneFace,
    Poor,
    person_of,
)
from facemetric.service.workforce import Deadline
from facemetric.wire import EnrollOut, ErasedOut, SamplesOut

router = APIRouter(tags=["people"], route_class=GuardedRoute)


@router.get(
    "/v1/galleries/{gallery}/people/{person_id}/samples",
    response_model=SamplesOut,
    summary="List a person's photographs",
    openapi_extra=needs("read"),
)
async def list_samples(
    gallery: GalleryName, person_id: PersonId, service: TheService, key: TheKey
) -> Response:
    """List the photographs that a person was enrolled from, as far as they are known."""
    opened = service.engine.gallery(gallery)

    def work(deadline: Deadline) -> SamplesOut:
        person = person_of(opened, person_id)
        return SamplesOut(
            gallery=gallery,
            person_id=person.id,
            samples=tuple(map(sample_document, opened.samples(person.id))),
        )

    return answer(await service.workforce.paperwork(key, work))


@router.post(
    "/v1/galleries/{gallery}/people/{person_id}/samples",
    response_model=EnrollOut,
    summary="Enrol more photographs",
    openapi_extra=needs("enrol", takes="photos", requestBody=photos_body()),
)
async def add_samples(
    gallery: GalleryName,
    person_id: PersonId,
    request: Request,
    service: TheService,
    key: TheKey,
    select: OneFace = None,
    refuse_poor: Poor = False,
    conflicts: Conflicts = "refuse",
    keep_portraits: KeepPortraits = False,
) -> Response:
    """Enrol more photographs of a person who is known; what is answered is on disk."""
    check_conflicts(key, conflicts)
    opened = service.engine.gallery(gallery)
    how = Enrolling(select, refuse_poor, conflicts, keep_portraits)
    how.check_portraits(opened, allowed=service.settings.keep_portraits)
    photos = await photos_of(request, most=service.settings.limits.photos)
    recognizer = service.engine.recognizer

    def work(deadline: Deadline) -> EnrollOut:
        person = person_of(opened, person_id)
        with unnamed(key):
            document = enrolled(
                recognizer, opened, person.id, photos, how, gallery_name=gallery, deadline=deadline
            )
        service.audit_enrolment(document, key, gallery=opened)
        return document

    return answer(await service.workforce.photographs(work))


@router.delete(
    "/v1/galleries/{gallery}/people/{person_id}/samples/{sample_id}",
    response_model=ErasedOut,
    summary="Erase a photograph",
    openapi_extra=needs("admin"),
)
async def erase_sample(
    gallery: GalleryName,
    person_id: PersonId,
    sample_id: SampleId,
    service: TheService,
    key: TheKey,
) -> Response:
    """Erase one photograph's embedding and portrait, from the gallery's file as well.

    The person stays.
    """
    opened = service.engine.gallery(gallery)

    def work(deadline: Deadline) -> ErasedOut:
        sample = sample_of(opened, person_id, sample_id)
        removal = opened.remove_sample(sample.id, purge=False)
        purged = service.purge(
            "sample.erase",
            key,
            gallery=opened,
            subject=sample.id,
            counts={"portraits": removal.portraits} if removal.portraits else {},
        )
        return ErasedOut(
            gallery=gallery,
            person_id=removal.person_id,
            sample_id=sample.id,
            purged=purged,
        )

    return answer(await service.workforce.paperwork(key, work, writes=gallery))


def sample_of(gallery: Gallery, person_id: str, sample_id: str) -> Sample:
    """Return a person's sample; a Problem 404 where there is none of that id."""
    try:
        samples = gallery.samples(person_of(gallery, person_id).id)
    except PersonError:  # erased meanwhile
        samples = []
    for sample in samples:
        if sample.id == sample_id:
            return sample
    raise Problem(
        404,
        "sample",
        "this person has no such photograph",
        field="sample_id",
        fix="The person's samples are listed with their ids",
    )
