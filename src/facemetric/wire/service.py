"""Answers that only the service gives."""

from __future__ import annotations

from typing import Literal

from facemetric.wire.answers import CandidateOut, PersonOut, SampleOut
from facemetric.wire.faces import ErrorOut, FaceOut, ThresholdOut, Wire, schema
from facemetric.wire.galleries import GalleryOut
from facemetric.wire.installation import ModelOut
from facemetric.wire.odds import OddsOut
from facemetric.wire.requests import Scope
from facemetric.wire.vault import AuditEventOut
from facemetric.wire.watch import WatchEvent


class FieldOut(Wire):
    """One thing that is wrong with a request."""

    field: str | None
    code: str
    detail: str
    fix: str | None = None


class ProblemOut(Wire):
    """What went wrong (RFC 9457, ``application/problem+json``).

    ``code`` is for programs, ``field`` names the part of the request, ``fix`` the way out;
    ``errors`` has every single one where there are several.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    fix: str | None = None
    request_id: str | None = None
    errors: tuple[FieldOut, ...] = ()


class EmbeddedOut(Wire):
    """A face and its embedding of unit length."""

    face: FaceOut
    embedding: tuple[float, ...]


class EmbeddedPhotoOut(Wire):
    """A photograph and the embeddings of its faces."""

    source: str
    width_px: int
    height_px: int
    faces: tuple[EmbeddedOut, ...]


class EmbeddingsOut(Wire):
    """Answer to ``embed``."""

    schema_name: Literal["facemetric.embeddings/1"] = schema("facemetric.embeddings/1")
    bundle: str
    dim: int
    flip: bool
    photos: tuple[EmbeddedPhotoOut, ...]
    errors: tuple[ErrorOut, ...] = ()


class SearchedOut(Wire):
    """Who an embedding is of, or nobody; the fields are those of an identified face."""

    name: str | None
    person_id: str | None
    reason: str
    candidates: tuple[CandidateOut, ...]
    odds: OddsOut | None = None
    stranger_rate: float | None = None


class SearchOut(Wire):
    """Answer to ``search``: one for each embedding, in their order."""

    schema_name: Literal["facemetric.search/1"] = schema("facemetric.search/1")
    gallery: str
    bundle: str
    people: int
    threshold: ThresholdOut
    stranger_risk: float | None
    answers: tuple[SearchedOut, ...]


class PeoplePageOut(Wire):
    """Some of a gallery's people, in the order of their names.

    ``total`` is how many there are on all pages, ``next`` the ``after`` of the page behind; null at
    the end.
    """

    schema_name: Literal["facemetric.people-page/1"] = schema("facemetric.people-page/1")
    gallery: str
    total: int
    people: tuple[PersonOut, ...]
    next: str | None = None


class SamplesOut(Wire):
    """A person's enrolled photographs."""

    schema_name: Literal["facemetric.samples/1"] = schema("facemetric.samples/1")
    gallery: str
    person_id: str
    samples: tuple[SampleOut, ...]


class ErasedOut(Wire):
    """The acknowledgement that an embedding was erased; ``purged``: from the file as well."""

    schema_name: Literal["facemetric.erased/1"] = schema("facemetric.erased/1")
    gallery: str
    person_id: str
    sample_id: str
    purged: bool


class PortraitErasedOut(Wire):
    """The acknowledgement that a portrait was erased; ``purged``: from the file as well."""

    schema_name: Literal["facemetric.portrait-erased/1"] = schema("facemetric.portrait-erased/1")
    gallery: str
    person_id: str
    sample_id: str
    purged: bool


class PortraitsErasedOut(Wire):
    """Answer of ``people remove-portraits``; ``purged``: from the file as well."""

    schema_name: Literal["facemetric.portraits-erased/1"] = schema("facemetric.portraits-erased/1")
    gallery: str
    person_id: str
    sample_ids: tuple[str, ...]
    purged: bool


class GalleriesOut(Wire):
    """The galleries that a key may use."""

    schema_name: Literal["facemetric.galleries/1"] = schema("facemetric.galleries/1")
    galleries: tuple[GalleryOut, ...]


class GroupsOut(Wire):
    """The groups of a gallery with the number of people in each."""

    schema_name: Literal["facemetric.groups/1"] = schema("facemetric.groups/1")
    gallery: str
    groups: dict[str, int]


class PointOut(Wire):
    """A threshold for one comparison and the false-accept rate measured at it."""

    far: float
    similarity: float
    far_low: float
    far_high: float
    tar: float | None
    impostor_pairs: int


class CalibrationOut(Wire):
    """Thresholds that were measured on one data set."""

    data: str
    flip: bool
    people: int
    points: tuple[PointOut, ...]


class BundleOut(Wire):
    """A model bundle, what may be done with it and how it is calibrated."""

    schema_name: Literal["facemetric.bundle/1"] = schema("facemetric.bundle/1")
    model: ModelOut
    sha256: str
    flip: bool
    calibrations: tuple[CalibrationOut, ...]


class KeyOut(Wire):
    """An API key without its secret; ``galleries`` null: all."""

    key_id: str
    name: str
    scopes: tuple[Scope, ...]
    galleries: tuple[str, ...] | None
    created: str
    expires: str | None
    revoked: str | None
    per_minute: int | None


class WhoAmIOut(Wire):
    """The key that a request was made with."""

    schema_name: Literal["facemetric.whoami/1"] = schema("facemetric.whoami/1")
    key: KeyOut


class KeysOut(Wire):
    """Answer of ``keys list`` and ``keys revoke``."""

    schema_name: Literal["facemetric.keys/1"] = schema("facemetric.keys/1")
    keys: tuple[KeyOut, ...]


class NewKeyOut(Wire):
    """Answer of ``keys new`` and ``keys rotate``: ``secret`` is shown this once."""

    schema_name: Literal["facemetric.new-key/1"] = schema("facemetric.new-key/1")
    key: KeyOut
    secret: str


class ClusteredFaceOut(Wire):
    """A face of a job's result; ``number`` names it when the group is enrolled."""

    number: int
    source: str
    face: FaceOut


class ClusteredGroupOut(Wire):
    """Faces that are taken for one person; ``label`` -1 holds those that are like no other."""

    label: int
    faces: tuple[ClusteredFaceOut, ...]


class ClusteringOut(Wire):
    """Faces grouped by person, the largest group first."""

    bundle: str
    method: str
    threshold: ThresholdOut | None
    groups: tuple[ClusteredGroupOut, ...]
    errors: tuple[ErrorOut, ...] = ()


class JobOut(Wire):
    """Work in the background; ``result`` is there once ``state`` is ``done``.

    ``keep_portraits`` tells whether its faces can be enrolled with portraits.
    """

    schema_name: Literal["facemetric.job/1"] = schema("facemetric.job/1")
    job_id: str
    kind: Literal["cluster"]
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int
    total: int
    keep_portraits: bool = False
    created: str
    finished: str | None = None
    error: ErrorOut | None = None
    result: ClusteringOut | None = None


class JobsOut(Wire):
    """The jobs of a key, without their results."""

    schema_name: Literal["facemetric.jobs/1"] = schema("facemetric.jobs/1")
    jobs: tuple[JobOut, ...]


class HealthOut(Wire):
    """Whether the service lives, and whether it can work: ``problems`` says what is missing."""

    schema_name: Literal["facemetric.health/1"] = schema("facemetric.health/1")
    state: Literal["ok", "starting", "stopping", "failing"]


class WatchEventsOut(Wire):
    """Events of a watch, oldest first."""

    schema_name: Literal["facemetric.watch-events/1"] = schema("facemetric.watch-events/1")
    gallery: str
    events: tuple[WatchEvent, ...]


class AuditOut(Wire):
    """The last entries of the audit log, for the galleries that the key is for."""

    schema_name: Literal["facemetric.audit/1"] = schema("facemetric.audit/1")
    entries: tuple[AuditEventOut, ...]


class ServiceOut(Wire):
    """The service in figures since it was started."""

    schema_name: Literal["facemetric.service/1"] = schema("facemetric.service/1")
    version: str
    bundle: str
    detector: str
    started: str
    uptime_s: float
    requests: int
    refused: int
    failed: int
    in_work: int
    most_in_work: int
    galleries: int
    memory_bytes: int | None
