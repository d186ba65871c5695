"""The small pictures of faces that were kept, where that was asked for."""

from __future__ import annotations

from fastapi import APIRouter, Response

from facemetric.errors import PersonError
from facemetric.gallery import Portrait
from facemetric.service.access import GuardedRoute, needs
from facemetric.service.answers import GalleryName, PersonId, SampleId, TheKey, TheService, answer
from facemetric.service.problem import Problem
from facemetric.service.routes.samples import sample_of
from facemetric.service.workforce import Deadline
from facemetric.wire import PortraitErasedOut

router = APIRouter(tags=["people"], route_class=GuardedRoute)

_PATH = "/v1/galleries/{gallery}/people/{person_id}/samples/{sample_id}/portrait"
_JPEG = {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}


@router.get(
    _PATH,
    response_class=Response,
    responses={200: {"content": _JPEG, "description": "A JPEG of at most 400 pixels a side"}},
    summary="Show a portrait",
    openapi_extra=needs("admin"),
)
async def show_portrait(
    gallery: GalleryName,
    person_id: PersonId,
    sample_id: SampleId,
    service: TheService,
    key: TheKey,
) -> Response:
    """Return the picture of a face that is kept with a sample; 404 where none is.

    The reading is entered in the audit log.
    """
    opened = service.engine.gallery(gallery)

    def work(deadline: Deadline) -> Portrait:
        sample = sample_of(opened, person_id, sample_id)
        try:
            portrait = opened.portrait(sample.id)
        except PersonError:  # erased meanwhile
            portrait = None
        if portrait is None:
            raise _not_kept()
        service.audit("portrait.read", key, gallery=opened, subject=sample.person_id)
        return portrait

    portrait = await service.workforce.paperwork(key, work)
    return Response(portrait.jpeg, media_type="image/jpeg")


@router.delete(
    _PATH,
    response_model=PortraitErasedOut,
    summary="Erase a portrait",
    openapi_extra=needs("admin"),
)
async def erase_portrait(
    gallery: GalleryName,
    person_id: PersonId,
    sample_id: SampleId,
    service: TheService,
    key: TheKey,
) -> Response:
    """Erase the picture of a face, from the gallery's file as well; the embedding stays."""
    opened = service.engine.gallery(gallery)

    def work(deadline: Deadline) -> PortraitErasedOut:
        sample = sample_of(opened, person_id, sample_id)
        try:
            opened.remove_portrait(sample.id, purge=False)
        except PersonError as error:
            raise _not_kept() from error
        purged = service.purge("portrait.erase", key, gallery=opened, subject=sample.person_id)
        return PortraitErasedOut(
            gallery=gallery, person_id=sample.person_id, sample_id=sample.id, purged=purged
        )

    return answer(await service.workforce.paperwork(key, work, writes=gallery))


def _not_kept() -> Problem:
    return Problem(
        404,
        "portrait",
        "no portrait is kept of this photograph",
        field="sample_id",
        fix="The person's samples say of which one is kept: has_portrait",
    )
