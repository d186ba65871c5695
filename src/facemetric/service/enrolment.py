"""Enrolling what came in a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from facemetric.gallery import Consent, Gallery
from facemetric.recognizer import EncodedPhoto, Recognizer
from facemetric.recognizer.documents import enrolled_documents
from facemetric.service.photos import checked
from facemetric.service.problem import all_failed
from facemetric.service.workforce import Deadline
from facemetric.wire import EnrollOut, ErrorOut
from facemetric.wire.requests import ConsentIn, TermsIn

_CONSENT = {"consent_basis": "basis", "consent_text": "text", "consent_at": "at"}


@dataclass(frozen=True, slots=True)
class Enrolling:
    """How photographs are enrolled; see ``Recognizer.enroll``. ``terms`` are of a named person."""

    select: Literal["largest", "central"] | None
    refuse_poor: bool
    conflicts: Literal["refuse", "allow"]
    terms: TermsIn | None = None


def terms_of(fields: dict[str, Any]) -> TermsIn:
    """Return the fields of a request as terms; of a form, groups are separated by commas.

    Raises
    ------
    fastapi.exceptions.RequestValidationError
        They do not fit.
    """
    values = dict(fields)
    consent = {
        inside: values.pop(outside) for outside, inside in _CONSENT.items() if outside in values
    }
    if consent:
        values["consent"] = consent
    if isinstance(values.get("groups"), str):
        names = (one.strip() for one in values["groups"].split(","))
        values["groups"] = tuple(one for one in names if one)
    return checked(TermsIn, values)


def consent_of(given: ConsentIn | None) -> Consent | None:
    """Return consent, with the time at which it came where none was given."""
    return Consent(given.basis, given.text, given.at or datetime.now(UTC)) if given else None


def enrolled(
    recognizer: Recognizer,
    gallery: Gallery,
    who: str,
    photos: Sequence[EncodedPhoto],
    how: Enrolling,
    *,
    gallery_name: str,
    deadline: Deadline,
) -> EnrollOut:
    """Enrol one person by name or id; a Problem where no photograph can serve.

    Raises
    ------
    PersonError
        The name cannot be one, or another person has the same face of the same picture.
    BusyError
        The deadline passed before anything was written; nothing is then.
    """

    def in_time() -> Gallery:
        deadline.check()
        return gallery

    terms = how.terms
    report = recognizer.enroll(
        in_time,
        who,
        photos,
        select=how.select,
        refuse_poor=how.refuse_poor,
        consent=consent_of(terms.consent) if terms else None,
        keep_until=terms.keep_until if terms else None,
        groups=terms.groups if terms else (),
        conflicts=how.conflicts,
    )
    if report.person_id is None:
        raise all_failed(report.errors)
    return EnrollOut(
        gallery=gallery_name,
        bundle=recognizer.bundle.id,
        person_id=report.person_id,
        name=report.name,
        created=report.created,
        samples=enrolled_documents(report),
        errors=tuple(map(ErrorOut.of, report.errors)),
    )
