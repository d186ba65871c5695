"""What the service is asked: the bodies of requests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from facemetric.wire.faces import Wire


def _in_calendar(moment: datetime) -> datetime:
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("expected a time that UTC has, in the years 1 to 9999") from None
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_in_calendar)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
GroupName = Annotated[str, Field(min_length=1, max_length=64)]
# fail_fast: a mistake in each of a million values would take gigabytes to tell.
Groups = Annotated[tuple[GroupName, ...], Field(max_length=32, fail_fast=True)]
PersonId = Annotated[
    str, Field(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
]
Scope = Literal["read", "enrol", "admin"]
MOST_CURSOR = 16_384
"""Characters of a cursor: a key of a name may be much longer than the name."""


class RequestIn(Wire):
    """Base of what is asked: a field that is not known is a mistake, not a wish passed over."""

    model_config = ConfigDict(extra="forbid")


class PhotoIn(RequestIn):
    """A photograph: encoded bytes in base64, and what answers call it."""

    base64: Annotated[str, Field(min_length=1)]
    name: Annotated[str, Field(max_length=200)] | None = None


class PhotosIn(RequestIn):
    """Photographs, looked at in their order."""

    photos: Annotated[tuple[PhotoIn, ...], Field(min_length=1, fail_fast=True)]


class ConsentIn(RequestIn):
    """On what ground somebody is enrolled, and what they were told; ``at`` is now if left out."""

    basis: Annotated[str, Field(min_length=1, max_length=64)]
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    at: Moment | None = None


class TermsIn(RequestIn):
    """A person's name, groups, consent and the time to be erased."""

    name: Name
    groups: Groups = ()
    consent: ConsentIn | None = None
    keep_until: Moment | None = None


class EnrolIn(TermsIn, PhotosIn):
    """A person to enrol, with photographs."""


class PersonIn(RequestIn):
    """What to change of a person: what is given; ``null`` clears consent and ``keep_until``."""

    name: Name | None = None
    groups: Groups | None = None
    consent: ConsentIn | None = None
    keep_until: Moment | None = None


class MergeIn(RequestIn):
    """Who becomes part of the person that is kept."""

    other: PersonId


class FindIn(RequestIn):
    """Which people to list: ``name`` is a part of it, ``after`` the ``next`` of the page before."""

    name: Annotated[str, Field(max_length=200)] | None = None
    group: GroupName | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    after: Annotated[str, Field(min_length=1, max_length=MOST_CURSOR)] | None = None


Value = Annotated[float, Field(ge=-1.01, le=1.01, allow_inf_nan=False)]


class SearchIn(RequestIn):
    """Embeddings of unit length to look up, and how; see ``Gallery.search``."""

    embeddings: Annotated[
        tuple[
            Annotated[tuple[Value, ...], Field(min_length=2, max_length=8192, fail_fast=True)], ...
        ],
        Field(min_length=1, max_length=64, fail_fast=True),
    ]
    candidates: Annotated[int, Field(ge=1, le=100)] = 5
    by: Literal["best", "top-mean", "centroid"] = "best"
    groups: Groups | None = None
    stranger_risk: Annotated[float, Field(ge=1e-9, lt=1)] = 0.01
    threshold: Annotated[float, Field(ge=-1, le=1)] | None = None


class GroupIn(TermsIn):
    """Faces of a finished job, by their numbers, that are one person.

    ``keep_portraits`` needs a job that was begun with it.
    """

    job_id: PersonId
    keep_portraits: bool = False
    faces: Annotated[
        tuple[Annotated[int, Field(ge=0)], ...],
        Field(min_length=1, max_length=1000, fail_fast=True),
    ]


class KeyIn(RequestIn):
    """A key to make: ``galleries`` null means all, also those that come later."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=3, fail_fast=True)]
    galleries: (
        Annotated[
            tuple[Annotated[str, Field(max_length=64)], ...],
            Field(max_length=10_000, fail_fast=True),
        ]
        | None
    ) = None
    expires: Annotated[datetime, AfterValidator(_in_calendar)] | None = None
    per_minute: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
