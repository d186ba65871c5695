"""The audit log: what was done, by which key, to which ids."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from facemetric.gallery.personal import event_document
from facemetric.service.access import GuardedRoute, needs
from facemetric.service.answers import TheKey, TheService, answer
from facemetric.service.problem import Problem
from facemetric.service.workforce import Deadline
from facemetric.vault import Entry, read_back
from facemetric.wire import AuditOut

router = APIRouter(tags=["audit"], route_class=GuardedRoute)

Limit = Annotated[int, Query(ge=1, le=1000, description="How many, the last ones.")]
Before = Annotated[
    int | None,
    Query(ge=1, lt=1 << 63, description="Those before the entry of this number, which came first."),
]


@router.get(
    "/v1/audit",
    response_model=AuditOut,
    summary="Show the audit log",
    openapi_extra=needs("admin"),
)
async def show_audit(
    service: TheService, key: TheKey, limit: Limit = 100, before: Before = None
) -> Response:
    """Return the last entries for the galleries of the key; an unbound key sees all.

    To go further back, ask for those `before` the first that came. Whether the chain holds is for
    `facemetric audit verify` to say, on the file itself.
    """
    log = service.audit_log
    if log is None:
        raise Problem(
            404, "audit", "no audit log is kept", fix="Start the service with --audit FILE"
        )
    galleries = service.engine.galleries.items()
    allowed = {gallery.id for name, gallery in galleries if key.opens(name)}
    bound = key.galleries is not None

    def work(deadline: Deadline) -> AuditOut:
        found: list[Entry] = []
        if allowed or not bound:
            about = sorted(allowed) if bound else ()
            for entry in read_back(log.path, before=before, about=about, check=deadline.check):
                if not bound or entry.event.gallery in allowed:
                    found.append(entry)
                if len(found) == limit:
                    break
        return AuditOut(entries=tuple(map(event_document, reversed(found))))

    return answer(await service.workforce.paperwork(key, work))
