"""Between the rows of SQL galleries and the records that callers see."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np

from facemetric.gallery.records import Consent, Person, Sample
from facemetric.gallery.rules import time_text
from facemetric.gallery.sql.connection import Connection
from facemetric.types import ChipQuality, Face

Row: TypeAlias = tuple[Any, ...]

PERSON_QUERY = """SELECT p.id, p.name, p.created, p.updated,
    (SELECT count(*) FROM samples s WHERE s.person = p.row),
    p.consent_basis, p.consent_text, p.consent_at, p.keep_until,
    (SELECT group_concat(g.name, '\x1f') FROM person_groups g WHERE g.person = p.row)
    FROM people p"""

SAMPLE_QUERY = """SELECT s.id, p.id, s.source, s.source_sha256,
    s.box_left, s.box_top, s.box_right, s.box_bottom, s.landmarks, s.score, s.quality,
    s.taken, s.created, s.mapped_from,
    (SELECT group_concat(e.bundle, ' ') FROM embeddings e WHERE e.sample = s.row),
    EXISTS (SELECT 1 FROM portraits o WHERE o.sample = s.row)
    FROM samples s JOIN people p ON p.row = s.person"""


def face_values(face: Face | None) -> Row:
    """Return the four sides of the box, the landmarks as JSON, and the score."""
    if face is None:
        return (None,) * 6
    landmarks = json.dumps(face.landmarks_px.tolist())
    return (*map(float, face.box_xyxy_px), landmarks, float(face.score))


def quality_text(quality: ChipQuality | None) -> str | None:
    """Return the quality measures as JSON."""
    if quality is None:
        return None
    return json.dumps({name: float(value) for name, value in asdict(quality).items()})


def terms_values(consent: Consent | None, keep_until: datetime | None) -> Row:
    """Return the three columns of consent and the one of retention."""
    kept = None if keep_until is None else time_text(keep_until, name="keep_until")
    if consent is None:
        return (None, None, None, kept)
    return (consent.basis, consent.text, time_text(consent.at, name="consent.at"), kept)


def people_where(connection: Connection, clause: str, values: Row = ()) -> list[Person]:
    """Return the people of `PERSON_QUERY` with a clause behind it."""
    if connection.sealing is None:
        rows = connection.execute(f"{PERSON_QUERY} {clause}", values).fetchall()
    else:
        query = PERSON_QUERY.replace("g.name", "g.sealed")
        sealed = connection.execute(f"{query} {clause}", values).fetchall()
        rows = connection.sealing.opened_people(sealed)
    return [person_of(row) for row in rows]


def samples_of(connection: Connection, rows: Iterable[Row]) -> list[Sample]:
    """Return the records of rows of `SAMPLE_QUERY`."""
    opened = rows if connection.sealing is None else connection.sealing.opened_samples(rows)
    return [sample_of(row) for row in opened]


def person_of(row: Row) -> Person:
    """Return the record of a row of ``PERSON_QUERY``."""
    identity, name, created, updated, samples, basis, text, at, keep_until, groups = row
    consent = None if basis is None else Consent(basis, text, datetime.fromisoformat(at))
    return Person(
        id=identity,
        name=name,
        created=datetime.fromisoformat(created),
        updated=datetime.fromisoformat(updated),
        samples=samples,
        consent=consent,
        keep_until=_time(keep_until),
        groups=tuple(sorted(groups.split("\x1f"))) if groups else (),
    )


def sample_of(row: Row) -> Sample:
    """Return the record of a row of ``SAMPLE_QUERY``."""
    identity, person, source, digest, *box, landmarks, score, quality = row[:11]
    taken, created, mapped_from, bundles, has_portrait = row[11:]
    face = None
    if box[0] is not None:
        face = Face(
            box_xyxy_px=np.array(box, dtype=np.float32),
            score=score,
            landmarks_px=np.array(json.loads(landmarks), dtype=np.float32),
        )
    return Sample(
        id=identity,
        person_id=person,
        source=source,
        source_sha256=digest,
        face=face,
        quality=None if quality is None else ChipQuality(**json.loads(quality)),
        taken=_time(taken),
        created=datetime.fromisoformat(created),
        bundles=tuple(sorted((bundles or "").split())),
        mapped_from=mapped_from,
        has_portrait=bool(has_portrait),
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
