"""Galleries as wholes, and who is in a photograph."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from facemetric.decide import stranger_risk_of
from facemetric.recognizer.documents import gallery_document, identified_document
from facemetric.service.access import GuardedRoute, needs
from facemetric.service.answers import GalleryName, TheKey, TheService, answer
from facemetric.service.openapi import photos_body
from facemetric.service.photos import photos_of
from facemetric.service.problem import all_failed
from facemetric.service.routes.faces import ByHand, Which
from facemetric.service.workforce import Deadline
from facemetric.types import ItemError
from facemetric.wire import (
    ErrorOut,
    GalleriesOut,
    GalleryOut,
    GroupsOut,
    IdentifiedPhotoOut,
    IdentifyOut,
    ThresholdOut,
)

router = APIRouter(tags=["galleries"], route_class=GuardedRoute)

Risk = Annotated[
    float,
    Query(ge=1e-9, lt=1, description="Largest chance that somebody not enrolled is given a name."),
]
Candidates = Annotated[int, Query(ge=1, le=100, description="How many to list for a face.")]
Groups = Annotated[
    list[Annotated[str, Query(min_length=1, max_length=64)]] | None,
    Query(max_length=32, description="Look among the people of these groups alone."),
]


@router.get(
    "/v1/galleries",
    response_model=GalleriesOut,
    summary="List galleries",
    openapi_extra=needs("read"),
)
async def list_galleries(service: TheService, key: TheKey) -> Response:
    """List the galleries that the key is for, with their figures."""

    def work(deadline: Deadline) -> GalleriesOut:
        return GalleriesOut(
            galleries=tuple(
                gallery_document(gallery, name=name)
                for name, gallery in service.engine.galleries.items()
                if key.opens(name)
            )
        )

    return answer(await service.workforce.paperwork(key, work))


@router.get(
    "/v1/galleries/{gallery}",
    response_model=GalleryOut,
    summary="Show a gallery",
    openapi_extra=needs("read"),
)
async def show_gallery(gallery: GalleryName, service: TheService, key: TheKey) -> Response:
    """Return a gallery in figures, and the bundle that it is bound to."""
    opened = service.engine.gallery(gallery)
    return answer(
        await service.workforce.paperwork(
            key, lambda deadline: gallery_document(opened, name=gallery)
        )
    )


@router.get(
    "/v1/galleries/{gallery}/groups",
    response_model=GroupsOut,
    summary="List groups",
    openapi_extra=needs("read"),
)
async def list_groups(gallery: GalleryName, service: TheService, key: TheKey) -> Response:
    """List the groups of a gallery with the number of people in each."""
    opened = service.engine.gallery(gallery)
    return answer(
        await service.workforce.paperwork(
            key, lambda deadline: GroupsOut(gallery=gallery, groups=opened.groups())
        )
    )


@router.post(
    "/v1/galleries/{gallery}/identify",
    response_model=IdentifyOut,
    summary="Identify faces",
    openapi_extra=needs("read", takes="photos", requestBody=photos_body()),
)
async def identify(
    gallery: GalleryName,
    request: Request,
    service: TheService,
    key: TheKey,
    stranger_risk: Risk = 0.01,
    threshold: ByHand = None,
    candidates: Candidates = 5,
    groups: Groups = None,
    select: Which = "all",
) -> Response:
    """Say who is in photographs, among the people of a gallery, or that nobody is known."""
    opened = service.engine.gallery(gallery)
    photos = await photos_of(request, most=service.settings.limits.photos)
    recognizer, limits = service.engine.recognizer, service.settings.limits

    def work(deadline: Deadline) -> IdentifyOut:
        stats = opened.stats()
        chosen = recognizer.gallery_threshold(
            opened, stranger_risk=stranger_risk, threshold=threshold
        )
        done: list[IdentifiedPhotoOut] = []
        errors: list[ItemError] = []
        for one in recognizer.identify_many(
            opened,
            photos,
            threshold=chosen,
            candidates=candidates,
            groups=groups,
            select=select,
            max_faces=limits.max_faces,
        ):
            deadline.check()
            if isinstance(one, ItemError):
                errors.append(one)
            else:
                done.append(identified_document(one))
        if not done:
            raise all_failed(errors)
        faces = [face for photo in done for face in photo.faces]
        named = sum(face.person_id is not None for face in faces)
        service.audit("identify", key, gallery=opened, counts={"faces": len(faces), "named": named})
        return IdentifyOut(
            gallery=gallery,
            bundle=recognizer.bundle.id,
            people=stats.people,
            classifier="nearest",
            threshold=ThresholdOut.model_validate(chosen),
            stranger_risk=stranger_risk_of(chosen, stats.samples),
            photos=tuple(done),
            errors=tuple(map(ErrorOut.of, errors)),
        )

    return answer(await service.workforce.photographs(work))
