"""Enrolling what came in a request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from facemetric.errors import PersonError
from facemetric.gallery import Consent, Gallery
from facemetric.gallery.names import clean_name
from facemetric.recognizer import EncodedPhoto, Recognizer
from facemetric.recognizer.documents import enrolled_documents
from facemetric.service.keys import Key
from facemetric.service.photos import checked
from facemetric.service.problem import Problem, all_failed
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
    keep_portraits: bool
    terms: TermsIn | None = None

    def check_portraits(self, gallery: Gallery, *, allowed: bool) -> None:
        """Raise a Problem where portraits are asked for, and the service or gallery keeps none."""
        if self.keep_portraits:
            check_allowed(allowed)
            check_keeps(gallery)


def check_allowed(allowed: bool) -> None:
    """Raise a Problem where the operator allows no portraits."""
    if not allowed:
        raise Problem(
            403,
            "portraits",
            "this service keeps no portraits",
            field="keep_portraits",
            fix="Leave it out, or have the operator allow it (facemetric serve --keep-portraits)",
        )


def check_keeps(gallery: Gallery) -> None:
    """Raise a Problem where a gallery cannot keep portraits."""
    if not gallery.keeps_portraits:
        raise Problem(
            422,
            "portraits",
            "this kind of gallery keeps no portraits",
            field="keep_portraits",
            fix="Leave it out, or use a SQLite or PostgreSQL gallery",
        )


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


def check_conflicts(key: Key, conflicts: str) -> None:
    """Raise a Problem 403 where a key that may not read would be told whose face it also is."""
    if conflicts == "allow" and not key.may("read"):
        raise Problem(
            403,
            "scope",
            "who allows conflicts is told the names of others, for which read is needed",
            field="conflicts",
            fix="Use a key with both scopes, or leave it out",
        )


@contextmanager
def unnamed(key: Key, name: str | None = None) -> Iterator[None]:
    """Keep the names of others from a key that may not read; ``name`` is the one it sent."""
    if key.may("read"):
        yield
        return
    if name is not None:
        clean_name(name)  # what is wrong with it, it may be told
    try:
        yield
    except PersonError:
        raise Problem(
            409,
            "person",
            "somebody else has this name, or this face of the photograph",
            fix="Ask somebody whose key may read who it is",
        ) from None


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
        keep_portraits=how.keep_portraits,
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
