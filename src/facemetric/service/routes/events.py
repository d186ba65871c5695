"""What a watch saw: events as pages and as a stream, and who is on a list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response

from facemetric.gallery.documents import person_document, sample_document
from facemetric.service.access import GuardedRoute, needs
from facemetric.service.answers import GalleryName, PersonId, TheKey, TheService, answer
from facemetric.service.listeners import Stream
from facemetric.service.problem import Problem
from facemetric.service.routes.people import person_of
from facemetric.service.service import Service
from facemetric.service.watchlog import WatchLog, message
from facemetric.service.workforce import Deadline
from facemetric.wire import PersonShowOut, WatchEventsOut

router = APIRouter(tags=["watch"], route_class=GuardedRoute)

Kind = Annotated[
    Literal["alert", "left", "unknown", "source", "list"] | None, Query(description="These alone.")
]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many, the last ones.")]
LastId = Annotated[
    str | None, Header(alias="Last-Event-ID", max_length=64, description="Begin behind this one.")
]
GroupName = Annotated[str, Path(min_length=1, max_length=64, description="A group of people.")]


@router.get(
    "/v1/galleries/{gallery}/events",
    response_model=WatchEventsOut,
    summary="List events",
    openapi_extra=needs("read"),
)
async def list_events(
    gallery: GalleryName, service: TheService, key: TheKey, limit: Limit = 100, kind: Kind = None
) -> Response:
    """Return the last events of the watch over a gallery, oldest first."""
    log = _log(service, gallery)

    def work(deadline: Deadline) -> WatchEventsOut:
        found = log.last(limit, kind=kind, check=deadline.check)
        return WatchEventsOut(gallery=gallery, events=tuple(found))

    return answer(await service.workforce.paperwork(key, work))


@router.get(
    "/v1/galleries/{gallery}/events/stream",
    response_class=Response,
    summary="Follow events",
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    openapi_extra=needs("read"),
)
async def follow_events(
    gallery: GalleryName,
    request: Request,
    service: TheService,
    key: TheKey,
    last_event_id: LastId = None,
) -> Response:
    """Send events as they come (server-sent events), from behind `Last-Event-ID` where it is given.

    It goes on until the caller leaves or the key ends; a comment comes every 15 seconds.
    """
    log = _log(service, gallery)

    async def messages() -> AsyncIterator[str]:
        async for event in log.follow(
            last_id=last_event_id,
            ended=lambda: service.state != "ok" or not service.guard.still(request),
        ):
            yield message(event)

    service.listeners.take(key.id)
    return Stream(messages(), listeners=service.listeners, key_id=key.id)


@router.put(
    "/v1/galleries/{gallery}/groups/{group}/people/{person_id}",
    response_model=PersonShowOut,
    summary="Put somebody on a list",
    openapi_extra=needs("enrol"),
)
async def put_on_list(
    gallery: GalleryName, group: GroupName, person_id: PersonId, service: TheService, key: TheKey
) -> Response:
    """Add a person to a group, which is a list that can be watched for and searched alone."""
    return await _listed(service, key, gallery, group, person_id, there=True)


@router.delete(
    "/v1/galleries/{gallery}/groups/{group}/people/{person_id}",
    response_model=PersonShowOut,
    summary="Take somebody off a list",
    openapi_extra=needs("enrol"),
)
async def take_off_list(
    gallery: GalleryName, group: GroupName, person_id: PersonId, service: TheService, key: TheKey
) -> Response:
    """Take a person out of a group; a running watch knows it with its next look."""
    return await _listed(service, key, gallery, group, person_id, there=False)


async def _listed(
    service: Service, key: TheKey, gallery: str, group: str, person_id: str, *, there: bool
) -> Response:
    opened = service.engine.gallery(gallery)

    def work(deadline: Deadline) -> PersonShowOut:
        # What is read must still be so when it is written.
        with service.engine.editing(gallery, deadline):
            groups = {*person_of(opened, person_id).groups}
            wanted = groups | {group} if there else groups - {group}
            person = opened.set_groups(person_id, sorted(wanted))
        service.audit(
            "person.list" if there else "person.unlist", key, gallery=opened, subject=person.id
        )
        return PersonShowOut(
            gallery=gallery,
            action="edit",
            person=person_document(person),
            samples=tuple(map(sample_document, opened.samples(person.id))),
        )

    return answer(await service.workforce.paperwork(key, work, writes=gallery))


def _log(service: Service, gallery: str) -> WatchLog:
    service.engine.gallery(gallery)
    path = service.settings.events.get(gallery)
    if path is None:
        raise Problem(
            404,
            "events",
            "no events are known of this gallery",
            field="gallery",
            fix="Start the service with --events NAME=FILE, the file of facemetric watch --jsonl",
        )
    return WatchLog(path)
