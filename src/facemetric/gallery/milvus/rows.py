"""Between the rows of a Milvus gallery and the records that callers see."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np

from facemetric.gallery.milvus.collections import Row
from facemetric.gallery.records import Consent, NewSample, Person, Sample, StoredSample
from facemetric.gallery.rules import plain_text, same_face, time_text
from facemetric.types import ChipQuality, Face, Float32

SAMPLE_FIELDS = ("person", "source_sha256", "number", "groups", "facts")
PERSON_FIELDS = ("name_key", "number", "facts")


def person_facts(
    name: str,
    *,
    created: str,
    updated: str,
    consent: Consent | None,
    keep_until: datetime | None,
    groups: tuple[str, ...],
) -> Row:
    """Return what a person's row holds besides its keys."""
    return {
        "name": name,
        "created": created,
        "updated": updated,
        "consent": None
        if consent is None
        else [consent.basis, consent.text, time_text(consent.at, name="consent.at")],
        "keep_until": None if keep_until is None else time_text(keep_until, name="keep_until"),
        "groups": list(groups),
    }


def person_of(row: Row, samples: int) -> Person:
    """Return the record of a row."""
    facts = row["facts"]
    consent = None
    if facts["consent"] is not None:
        basis, text, at = facts["consent"]
        consent = Consent(basis, text, datetime.fromisoformat(at))
    return Person(
        id=row["id"],
        name=facts["name"],
        created=datetime.fromisoformat(facts["created"]),
        updated=datetime.fromisoformat(facts["updated"]),
        samples=samples,
        consent=consent,
        keep_until=_time(facts["keep_until"]),
        groups=tuple(facts["groups"]),
    )


def new_sample_row(
    sample: NewSample, *, id: str, person: str, number: int, groups: tuple[str, ...], created: str
) -> Row:
    """Return the row of a sample to enrol."""
    return _row(
        *(id, person, number, groups, created, sample.source, sample.source_sha256),
        *(sample.face, sample.quality, sample.taken, sample.flip, sample.embedding),
    )


def stored_sample_row(stored: StoredSample, *, number: int, groups: tuple[str, ...]) -> Row:
    """Return the row of a sample that comes from another gallery."""
    one = stored.sample
    created = time_text(one.created, name="created")
    return _row(
        *(one.id, one.person_id, number, groups, created, one.source, one.source_sha256),
        *(one.face, one.quality, one.taken, stored.flip, stored.embedding, one.mapped_from),
    )


def sample_of(row: Row, bundle: str) -> Sample:
    """Return the record of a row."""
    facts = row["facts"]
    face = None
    if facts["box"] is not None:
        face = Face(
            np.array(facts["box"], np.float32),
            facts["score"],
            np.array(facts["landmarks"], np.float32),
        )
    quality = None if facts["quality"] is None else ChipQuality(**facts["quality"])
    return Sample(
        id=row["id"],
        person_id=row["person"],
        source=facts["source"],
        source_sha256=row["source_sha256"] or None,
        face=face,
        quality=quality,
        taken=_time(facts["taken"]),
        created=datetime.fromisoformat(facts["created"]),
        bundles=(bundle,),
        mapped_from=facts.get("mapped_from"),
    )


def vectors_of(rows: list[Row], dim: int) -> Float32:
    """Return the embeddings ``float32 (N, D)`` of rows."""
    return np.array([row["vector"] for row in rows], np.float32).reshape(-1, dim)


def is_same(one: Row, other: Row) -> bool:
    """Whether two rows are of the same face of the same picture."""
    if not one["source_sha256"] or one["source_sha256"] != other["source_sha256"]:
        return False
    boxes = [row["facts"]["box"] or (None,) * 4 for row in (one, other)]
    return same_face(*boxes)


def _row(
    id: str,
    person: str,
    number: int,
    groups: tuple[str, ...],
    created: str,
    source: str,
    digest: str | None,
    face: Face | None,
    quality: ChipQuality | None,
    taken: datetime | None,
    flip: bool,
    embedding: Float32,
    mapped_from: str | None = None,
) -> Row:
    measures: dict[str, Any] | None = None
    if quality is not None:
        measures = {name: float(value) for name, value in asdict(quality).items()}
    return {
        "id": id,
        "person": person,
        "source_sha256": digest or "",
        "number": number,
        "groups": list(groups),
        "facts": {
            "source": plain_text(source),
            "box": None if face is None else face.box_xyxy_px.tolist(),
            "landmarks": None if face is None else face.landmarks_px.tolist(),
            "score": None if face is None else float(face.score),
            "quality": measures,
            "taken": None if taken is None else time_text(taken, name="taken"),
            "created": created,
            "flip": flip,
            "mapped_from": mapped_from,
        },
        "vector": embedding.tolist(),
    }


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
