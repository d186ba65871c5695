"""Everything that a gallery stores about one person, for that person to read."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from facemetric.gallery.protocol import Gallery
from facemetric.gallery.records import StoredSample
from facemetric.gallery.rules import time_text
from facemetric.vault import Entry

if TYPE_CHECKING:
    from facemetric.wire import AuditEventOut, PersonDataOut, SampleDataOut


def person_data(
    gallery: Gallery, person: str, *, at: datetime, entries: Iterable[Entry] | None = None
) -> PersonDataOut:
    """Return all that is stored about a person.

    Parameters
    ----------
    gallery, person
        Where, and who: a name or an id.
    at
        The time, with a time zone.
    entries
        Of an audit log: those about the person in this gallery are included. Copies of a gallery
        keep people's ids.

    Raises
    ------
    PersonError
        There is no such person.
    """
    from facemetric.wire import ConsentOut, PersonDataOut

    record = gallery.record(person)
    found = record.person
    consent = found.consent
    return PersonDataOut(
        exported=time_text(at, name="at"),
        gallery_id=gallery.id,
        bundle=gallery.bundle,
        bundle_sha256=gallery.bundle_sha256,
        person_id=found.id,
        name=found.name,
        created=found.created.isoformat(),
        updated=found.updated.isoformat(),
        keep_until=_text(found.keep_until),
        consent=None
        if consent is None
        else ConsentOut(basis=consent.basis, text=consent.text, at=consent.at.isoformat()),
        groups=found.groups,
        samples=tuple(map(_sample, record.samples)),
        audit=None
        if entries is None
        else tuple(
            event_document(entry)
            for entry in entries
            if (entry.event.gallery, entry.event.subject) == (gallery.id, found.id)
        ),
    )


def event_document(entry: Entry) -> AuditEventOut:
    """Return an entry of an audit log as a document."""
    from facemetric.wire import AuditEventOut

    event = entry.event
    return AuditEventOut(
        number=entry.number,
        at=entry.at,
        action=event.action,
        outcome=event.outcome,
        actor=event.actor,
        gallery=event.gallery,
        subject=event.subject,
        counts=dict(event.counts),
        digest=entry.digest,
    )


def _sample(stored: StoredSample) -> SampleDataOut:
    from facemetric.wire import FaceOut, PortraitOut, SampleDataOut

    one, portrait = stored.sample, stored.portrait
    return SampleDataOut(
        sample_id=one.id,
        source=one.source,
        source_sha256=one.source_sha256,
        face=None if one.face is None else FaceOut.of(one.face, one.quality),
        taken=_text(one.taken),
        created=one.created.isoformat(),
        mapped_from=one.mapped_from,
        flip=stored.flip,
        # The shortest decimals that give the stored floats back.
        embedding=tuple(float(str(value)) for value in stored.embedding),
        portrait=None
        if portrait is None
        else PortraitOut(
            base64=base64.b64encode(portrait.jpeg).decode(), frame_xyxy_px=portrait.frame_xyxy_px
        ),
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
