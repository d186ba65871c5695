"""The people of a gallery: enrolled, listed, changed, merged, erased."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from facemetric.errors import PersonError
from facemetric.gallery import Gallery, Person
from facemetric.gallery.documents import person_document, sample_document
from facemetric.gallery.erasure import erase
from facemetric.gallery.names import group_names
from facemetric.gallery.personal import person_data
from facemetric.service.access import GuardedRoute, needs
from facemetric.service.answers import GalleryName, PersonId, TheKey, TheService, answer
from facemetric.service.cursors import Cursors
from facemetric.service.enrolment import (
    Enrolling,
    check_conflicts,
    consent_of,
    enrolled,
    terms_of,
    unnamed,
)
from facemetric.service.keys import Key
from facemetric.service.openapi import photos_body
from facemetric.service.photos import upload_of
from facemetric.service.problem import Problem
from facemetric.service.service import Service
from facemetric.service.workforce import Deadline
from facemetric.vault import read_log
from facemetric.wire import (
    EnrollOut,
    ErasureReceiptOut,
    PeoplePageOut,
    PersonDataOut,
    PersonShowOut,
)
from facemetric.wire.requests import MOST_CURSOR, EnrolIn, FindIn, MergeIn, PersonIn

router = APIRouter(tags=["people"], route_class=GuardedRoute)

Poor = Annotated[bool, Query(description="Refuse poor photographs in place of reporting them.")]
Conflicts = Annotated[
    Literal["refuse", "allow"],
    Query(description="What to do with a face of a picture that another person has as well."),
]
OneFace = Annotated[
    Literal["largest", "central"] | None,
    Query(description="Which face; without it a photograph with rivals is refused."),
]
KeepPortraits = Annotated[
    bool,
    Query(description="Keep a small picture of each face; only where the operator allows it."),
]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
After = Annotated[
    str | None,
    Query(
        min_length=1, max_length=MOST_CURSOR, description="`next` of the page before, as it came."
    ),
]


def person_of(gallery: Gallery, person_id: str) -> Person:
    """Return a person; a Problem 404 where there is none of that id."""
    try:
        return gallery.person(person_id)
    except PersonError as error:
        raise absent() from error


def absent() -> Problem:
    """Return what is said of somebody who is not there."""
    return Problem(
        404,
        "person",
        "there is no such person in this gallery",
        field="person_id",
        fix="List the people, or find one by name: the ids are there",
    )


@router.get(
    "/v1/galleries/{gallery}/people",
    response_model=PeoplePageOut,
    summary="List people",
    openapi_extra=needs("read"),
)
async def list_people(
    gallery: GalleryName,
    request: Request,
    service: TheService,
    key: TheKey,
    limit: Limit = 100,
    after: After = None,
) -> Response:
    """List the people of a gallery in the order of their names, page by page.

    People who come or go between two pages move nobody else.
    """
    return await _page(gallery, request, service, key, FindIn(limit=limit, after=after))


@router.post(
    "/v1/galleries/{gallery}/people/find",
    response_model=PeoplePageOut,
    summary="Find people by name or group",
    openapi_extra=needs("read", takes="json"),
)
async def find_people(
    gallery: GalleryName, asked: FindIn, request: Request, service: TheService, key: TheKey
) -> Response:
    """List people whose name has a part, or who are in a group. Names stay out of the address."""
    return await _page(gallery, request, service, key, asked)


async def _page(
    gallery: str, request: Request, service: Service, key: Key, asked: FindIn
) -> Response:
    opened = service.engine.gallery(gallery)
    cursors = Cursors(request, opened)
    after = None if asked.after is None else cursors.place(asked.after)

    def work(deadline: Deadline) -> PeoplePageOut:
        page = opened.people_page(
            after=after, limit=asked.limit, search=asked.name, group=asked.group
        )
        return PeoplePageOut(
            gallery=gallery,
            total=page.total,
            people=tuple(map(person_document, page.people)),
            next=None if page.next is None else cursors.cursor(page.next),
        )

    return answer(await service.workforce.paperwork(key, work))


@router.post(
    "/v1/galleries/{gallery}/people",
    response_model=EnrollOut,
    status_code=201,
    summary="Enrol a person",
    responses={200: {"model": EnrollOut, "description": "The person was known already"}},
    openapi_extra=needs("enrol", takes="photos", requestBody=photos_body(EnrolIn, raw=False)),
)
async def enrol(
    gallery: GalleryName,
    request: Request,
    service: TheService,
    key: TheKey,
    select: OneFace = None,
    refuse_poor: Poor = False,
    conflicts: Conflicts = "refuse",
    keep_portraits: KeepPortraits = False,
) -> Response:
    """Enrol a person from photographs; what is answered is on disk.

    A name that is known gets more photographs. Those that cannot serve are listed in `errors` and
    the others are enrolled; where none can, nothing is. The photographs themselves are not kept;
    with `keep_portraits`, a small picture of the face alone is.
    Sending the same again does no harm: a face that is there already is a `duplicate`.
    """
    check_conflicts(key, conflicts)
    opened = service.engine.gallery(gallery)
    how = Enrolling(select, refuse_poor, conflicts, keep_portraits)
    how.check_portraits(opened, allowed=service.settings.keep_portraits)
    upload = await upload_of(request, EnrolIn, most=service.settings.limits.photos)
    terms = terms_of(upload.fields)
    how = replace(how, terms=terms)
    recognizer = service.engine.recognizer

    def work(deadline: Deadline) -> EnrollOut:
        with unnamed(key, terms.name):
            document = enrolled(
                recognizer,
                opened,
                terms.name,
                upload.photos,
                how,
                gallery_name=gallery,
                deadline=deadline,
            )
        service.audit_enrolment(document, key, gallery=opened)
        return document

    document = await service.workforce.photographs(work)
    return answer(document, status=201 if document.created else 200)


@router.get(
    "/v1/galleries/{gallery}/people/{person_id}",
    response_model=PersonShowOut,
    summary="Show a person",
    openapi_extra=needs("read"),
)
async def show_person(
    gallery: GalleryName, person_id: PersonId, service: TheService, key: TheKey
) -> Response:
    """Return a person with the enrolled photographs' ids."""
    opened = service.engine.gallery(gallery)
    return answer(
        await service.workforce.paperwork(
            key, lambda deadline: _shown(opened, person_of(opened, person_id), gallery, "show")
        )
    )


@router.patch(
    "/v1/galleries/{gallery}/people/{person_id}",
    response_model=PersonShowOut,
    summary="Change a person",
    openapi_extra=needs("enrol", takes="json"),
)
async def change_person(
    gallery: GalleryName, person_id: PersonId, asked: PersonIn, service: TheService, key: TheKey
) -> Response:
    """Change name, groups, consent or the time to be erased: what is given, and nothing else.

    A name that was replaced goes from the gallery's files with the next purge.
    """
    opened = service.engine.gallery(gallery)
    given = asked.model_fields_set

    def work(deadline: Deadline) -> PersonShowOut:
        # What is read must still be so when it is written.
        with service.engine.editing(gallery, deadline):
            person = before = person_of(opened, person_id)
            groups = None
            if asked.groups is not None:
                groups = group_names(asked.groups, known=before.groups)
            try:
                # The name first: it alone may be refused, and nothing is changed then.
                if asked.name is not None:
                    with unnamed(key, asked.name):
                        # A purge holds up every search, and who enrols could repeat it at will.
                        person = opened.rename(person_id, asked.name, purge=False)
                if groups is not None:
                    person = opened.set_groups(person_id, groups)
                if given & {"consent", "keep_until"}:
                    person = opened.set_terms(
                        person_id,
                        consent=consent_of(asked.consent) if "consent" in given else person.consent,
                        keep_until=asked.keep_until if "keep_until" in given else person.keep_until,
                    )
            finally:
                if person is not before:
                    service.audit("person.edit", key, gallery=opened, subject=person_id)
        purged = None if person.name == before.name else False
        return _shown(opened, person, gallery, "edit", purged=purged)

    return answer(await service.workforce.paperwork(key, work, writes=gallery))


@router.post(
    "/v1/galleries/{gallery}/people/{person_id}/merge",
    response_model=PersonShowOut,
    summary="Merge two people",
    openapi_extra=needs("admin", takes="json"),
)
async def merge_people(
    gallery: GalleryName, person_id: PersonId, asked: MergeIn, service: TheService, key: TheKey
) -> Response:
    """Make two people one: the photographs of the other become this person's.

    The other's name goes from the gallery's files with the next purge.
    """
    opened = service.engine.gallery(gallery)

    def work(deadline: Deadline) -> PersonShowOut:
        kept, other = person_of(opened, person_id), person_of(opened, asked.other)
        merged = opened.merge(kept.id, other.id, purge=False)
        service.audit(
            "person.merge", key, gallery=opened, subject=other.id, counts={"samples": other.samples}
        )
        return _shown(opened, merged, gallery, "merge", purged=False)

    return answer(await service.workforce.paperwork(key, work, writes=gallery))


@router.get(
    "/v1/galleries/{gallery}/people/{person_id}/export",
    response_model=PersonDataOut,
    summary="Export a person's data",
    openapi_extra=needs("admin"),
)
async def export_person(
    gallery: GalleryName, person_id: PersonId, service: TheService, key: TheKey
) -> Response:
    """Return everything that is stored about a person, embeddings and audit entries included."""
    opened = service.engine.gallery(gallery)

    def work(deadline: Deadline) -> PersonDataOut:
        person = person_of(opened, person_id)
        service.audit("person.export", key, gallery=opened, subject=person.id)
        log = service.audit_log
        entries = None if log is None else read_log(log.path, about=person.id, check=deadline.check)
        return person_data(opened, person.id, at=datetime.now(UTC), entries=entries)

    return answer(await service.workforce.paperwork(key, work))


@router.delete(
    "/v1/galleries/{gallery}/people/{person_id}",
    response_model=ErasureReceiptOut,
    summary="Erase a person",
    openapi_extra=needs("admin"),
)
async def erase_person(
    gallery: GalleryName, person_id: PersonId, service: TheService, key: TheKey
) -> Response:
    """Erase a person with all embeddings, from the gallery's files as well; return a receipt.

    Keep the receipt: `facemetric people check-receipt` compares it with the audit log.
    """
    opened = service.engine.gallery(gallery)

    def work(deadline: Deadline) -> ErasureReceiptOut:
        receipts = erase(
            opened,
            [person_of(opened, person_id).id],
            actor=key.id,
            log=service.audit_log,
            key=service.settings.master_key,
        )
        if not receipts:  # erased meanwhile
            raise absent()
        return receipts[0]

    return answer(await service.workforce.paperwork(key, work, writes=gallery))


def _shown(
    gallery: Gallery,
    person: Person,
    name: str,
    action: Literal["show", "edit", "merge"],
    *,
    purged: bool | None = None,
) -> PersonShowOut:
    return PersonShowOut(
        gallery=name,
        action=action,
        person=person_document(person),
        samples=tuple(map(sample_document, gallery.samples(person.id))),
        purged=purged,
    )
