"""What is stored about one person, and the proof that it is stored no longer."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import ConfigDict, model_validator

from facemetric.wire.faces import FaceOut, Wire, schema
from facemetric.wire.vault import AuditEventOut

FIRST_RECEIPT = "facemetric.erasure-receipt/1"


class ConsentOut(Wire):
    """On what ground a person is enrolled, and since when."""

    basis: str
    text: str
    at: str


class PortraitOut(Wire):
    """A kept picture of a face, JPEG in base64, and the part of the photograph that it shows."""

    base64: str
    frame_xyxy_px: tuple[float, float, float, float]


class SampleDataOut(Wire):
    """All that is stored of one enrolled face: ``embedding`` is the template, of unit norm.

    ``portrait`` is null where none is kept.
    """

    sample_id: str
    source: str
    source_sha256: str | None
    face: FaceOut | None
    taken: str | None
    created: str
    mapped_from: str | None
    flip: bool
    embedding: tuple[float, ...]
    portrait: PortraitOut | None = None


class PersonDataOut(Wire):
    """Answer of ``people export``: everything that a gallery stores about one person.

    ``audit`` has the entries about the person, where a log was named; null where none was.
    """

    schema_name: Literal["facemetric.person-data/1"] = schema("facemetric.person-data/1")
    exported: str
    gallery_id: str
    bundle: str
    bundle_sha256: str | None
    person_id: str
    name: str
    created: str
    updated: str
    keep_until: str | None
    consent: ConsentOut | None
    groups: tuple[str, ...]
    samples: tuple[SampleDataOut, ...]
    audit: tuple[AuditEventOut, ...] | None = None


class ErasureReceiptOut(Wire):
    """The receipt of an erasure, in opaque ids: it does not say who the person was.

    ``erased_from`` are the places that were cleared of the person's bytes, ``may_remain_in`` those
    that were not: where ``purged`` is false, the gallery's own files too, until its next purge.
    ``audit_entry`` is ``NUMBER:DIGEST`` of the entry in the audit log.
    ``portraits`` went with the samples; those of version 1 did not count them, and have null.
    ``digest`` is SHA-256 over all other fields but the signature; ``signature`` HMAC-SHA256 of the
    digest, by a key derived from the master key ``key_id``. Fields that are not known are kept, for
    the digest must cover them too.
    """

    model_config = ConfigDict(extra="allow")

    schema_name: Literal["facemetric.erasure-receipt/2", "facemetric.erasure-receipt/1"] = schema(
        "facemetric.erasure-receipt/2"
    )
    receipt_id: str
    gallery_id: str
    person_id: str
    reason: Literal["request", "expired"]
    erased: str
    samples: int
    embeddings: int
    portraits: int | None = None
    purged: bool
    erased_from: tuple[str, ...]
    may_remain_in: tuple[str, ...]
    audit_entry: str | None = None
    key_id: str | None = None
    digest: str = ""
    signature: str | None = None

    @model_validator(mode="after")
    def _check_version(self) -> Self:
        if (self.portraits is None) != (self.schema_name == FIRST_RECEIPT):
            raise ValueError("version 2 counts portraits, version 1 does not")
        return self


class ReceiptCheckOut(Wire):
    """Answer of ``people check-receipt``; ``problems`` is empty where everything fits."""

    schema_name: Literal["facemetric.receipt-check/1"] = schema("facemetric.receipt-check/1")
    file: str
    receipt: ErasureReceiptOut
    checked: tuple[Literal["digest", "signature", "audit", "gallery"], ...]
    problems: tuple[str, ...]
