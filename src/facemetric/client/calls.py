"""The requests that concern no gallery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from facemetric.client.call import Call, Photo, files_of
from facemetric.wire import (
    AuditOut,
    BundleOut,
    DetectOut,
    EmbeddingsOut,
    GalleriesOut,
    HealthOut,
    JobOut,
    JobsOut,
    KeysOut,
    NewKeyOut,
    ReportOut,
    ReportsOut,
    ServiceOut,
    VerifyOut,
    WhoAmIOut,
    Wire,
)
from facemetric.wire.requests import Scope

Select = Literal["all", "largest", "central"]
OneFace = Literal["largest", "central"]

READY = Call("GET", "/ready", HealthOut)
WHOAMI = Call("GET", "/v1/whoami", WhoAmIOut)
SERVICE = Call("GET", "/v1/service", ServiceOut)
BUNDLE = Call("GET", "/v1/bundle", BundleOut)
GALLERIES = Call("GET", "/v1/galleries", GalleriesOut)
JOBS = Call("GET", "/v1/jobs", JobsOut)
REPORTS = Call("GET", "/v1/reports", ReportsOut)
KEYS = Call("GET", "/v1/keys", KeysOut)


def detect(photos: Sequence[Photo], select: Select) -> Call[DetectOut]:
    """Ask for faces."""
    return Call("POST", "/v1/detect", DetectOut, {"select": select}, files=files_of(photos))


def embed(photos: Sequence[Photo], select: Select) -> Call[EmbeddingsOut]:
    """Ask for embeddings."""
    return Call("POST", "/v1/embed", EmbeddingsOut, {"select": select}, files=files_of(photos))


def compare(
    first: Photo, second: Photo, far: float, threshold: float | None, select: OneFace
) -> Call[VerifyOut]:
    """Ask whether two photographs show one person."""
    options = {"far": far, "threshold": threshold, "select": select}
    return Call("POST", "/v1/compare", VerifyOut, options, files=files_of([first, second]))


def cluster(
    photos: Sequence[Photo],
    method: str,
    far: float,
    threshold: float | None,
    people: int | None,
    keep_portraits: bool,
) -> Call[JobOut]:
    """Ask for groups."""
    options = {
        "method": method,
        "far": far,
        "threshold": threshold,
        "people": people,
        "keep_portraits": keep_portraits or None,
    }
    files = files_of(photos)
    return Call("POST", "/v1/jobs/cluster", JobOut, options, files=files, safe=False)


def job(job_id: str) -> Call[JobOut]:
    """Ask how far a job is."""
    return Call("GET", f"/v1/jobs/{job_id}", JobOut)


def cancel(job_id: str) -> Call[JobOut]:
    """Ask to stop a job."""
    return Call("DELETE", f"/v1/jobs/{job_id}", JobOut, safe=False)


def audit(limit: int, before: int | None) -> Call[AuditOut]:
    """Ask for the audit log's last entries."""
    return Call("GET", "/v1/audit", AuditOut, {"limit": limit, "before": before})


def report(name: str) -> Call[ReportOut]:
    """Ask for a report's figures."""
    return Call("GET", f"/v1/reports/{quote(name, safe='')}", ReportOut)


def report_page(name: str) -> Call[Wire]:
    """Ask for a report's page, which is no document."""
    return Call("GET", f"/v1/reports/{quote(name, safe='')}/page", Wire)


def new_key(
    name: str,
    scopes: Sequence[Scope],
    galleries: Sequence[str] | None,
    expires: datetime | None,
    per_minute: int | None,
) -> Call[NewKeyOut]:
    """Ask for a key."""
    body = {
        "name": name,
        "scopes": list(scopes),
        "galleries": None if galleries is None else list(galleries),
        "expires": expires.isoformat() if expires else None,
        "per_minute": per_minute,
    }
    return Call("POST", "/v1/keys", NewKeyOut, json=body, safe=False)


def rotate_key(key_id: str, grace_h: float) -> Call[NewKeyOut]:
    """Ask for another secret."""
    return Call("POST", f"/v1/keys/{key_id}/rotate", NewKeyOut, {"grace_h": grace_h}, safe=False)


def revoke_key(key_id: str) -> Call[KeysOut]:
    """Ask to end a key."""
    return Call("DELETE", f"/v1/keys/{key_id}", KeysOut)
