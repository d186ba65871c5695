"""Between a person's record and rows of a Parquet file: one a sample, or one without a sample."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np

from facemetric.gallery import Consent, Person, PersonRecord, Portrait, Sample, StoredSample
from facemetric.types import ChipQuality, Face, Float32


def rows_of(record: PersonRecord) -> Iterator[dict[str, object]]:
    """Yield a person's rows, by the names of columns; those that are left out are null."""
    person, consent = record.person, record.person.consent
    own: dict[str, object] = {
        "person_id": person.id,
        "name": person.name,
        "groups": list(person.groups),
        "person_created": person.created,
        "person_updated": person.updated,
        "consent_basis": None if consent is None else consent.basis,
        "consent_text": None if consent is None else consent.text,
        "consent_at": None if consent is None else consent.at,
        "keep_until": person.keep_until,
    }
    if not record.samples:
        yield own
    for stored in record.samples:
        sample, face, quality = stored.sample, stored.sample.face, stored.sample.quality
        row = own | {
            "sample_id": sample.id,
            "source": sample.source,
            "source_sha256": sample.source_sha256,
            "box_xyxy_px": None if face is None else face.box_xyxy_px.tolist(),
            "landmarks_px": None if face is None else face.landmarks_px.ravel().tolist(),
            "score": None if face is None else float(face.score),
            "quality": None if quality is None else json.dumps(_numbers(quality)),
            "taken": sample.taken,
            "sample_created": sample.created,
            "mapped_from": sample.mapped_from,
            "flip": stored.flip,
            "embedding": stored.embedding.tolist(),
        }
        if stored.portrait is not None:
            row |= {
                "portrait_jpeg": stored.portrait.jpeg,
                "portrait_frame_xyxy_px": list(stored.portrait.frame_xyxy_px),
            }
        yield row


def record_of(rows: list[dict[str, Any]], bundle: str) -> PersonRecord:
    """Return the person of some rows, whose embeddings are of a bundle."""
    first = rows[0]
    consent = None
    if first["consent_basis"] is not None:
        consent = Consent(first["consent_basis"], first["consent_text"], first["consent_at"])
    stored = tuple(_stored(row, bundle) for row in rows if row["sample_id"] is not None)
    person = Person(
        first["person_id"],
        first["name"],
        first["person_created"],
        first["person_updated"],
        len(stored),
        consent,
        first["keep_until"],
        tuple(first["groups"]),
    )
    return PersonRecord(person, stored)


def _numbers(quality: ChipQuality) -> dict[str, float]:
    return {name: float(value) for name, value in asdict(quality).items()}


def _stored(row: dict[str, Any], bundle: str) -> StoredSample:
    face = None
    if row["box_xyxy_px"] is not None:
        face = Face(
            np.array(row["box_xyxy_px"], np.float32),
            row["score"],
            np.array(row["landmarks_px"], np.float32).reshape(5, 2),
        )
    quality = None if row["quality"] is None else ChipQuality(**json.loads(row["quality"]))
    portrait = None
    if row.get("portrait_jpeg") is not None:
        left, top, right, bottom = row["portrait_frame_xyxy_px"]
        portrait = Portrait(row["portrait_jpeg"], (left, top, right, bottom))
    created: datetime = row["sample_created"]
    sample = Sample(
        row["sample_id"],
        row["person_id"],
        row["source"],
        row["source_sha256"],
        face,
        quality,
        row["taken"],
        created,
        (bundle,),
        row.get("mapped_from"),
        has_portrait=portrait is not None,
    )
    embedding: Float32 = np.array(row["embedding"], np.float32)
    return StoredSample(sample, embedding, row["flip"], portrait)
