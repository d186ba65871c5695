"""The audit log: what was done, by which key, to which ids."""

from __future__ import annotations

from collections import deque
from typing import Annotated

from fastapi import APIRouter, Query, Response

from facemetric.gallery.personal import event_document
from facemetric.service.access import GuardedRoute, needs
from facemetric.service.answers import TheKey, TheService, answer
from facemetric.service.problem import Problem
from facemetric.service.workforce import Deadline
from facemetric.vault import Entry, read_log
from facemetric.wire import AuditOut

router = APIRouter(tags=["audit"], route_class=GuardedRoute)

Limit = Annotated[int, Query(ge=1, le=1000, description="How many, the last ones.")]


@router.get(
    "/v1/audit",
    response_model=AuditOut,
    summary="Show the audit log",
    openapi_extra=needs("admin"),
)
async def show_audit(service: TheService, key: TheKey, limit: Limit = 100) -> Response:
    """Return the last entries for the galleries of the key; an unbound key sees all.

    Whether the chain holds is for `facemetric audit verify` to say, on the file itself.
    """
    log = service.audit_log
    if log is None:
        raise Problem(
            404, "audit", "no audit log is kept", fix="Start the service with --audit FILE"
        )
    allowed = {gallery.id for name, gallery in service.engine.galleries.items() if key.opens(name)}

    def work(deadline: Deadline) -> AuditOut:
        last: deque[Entry] = deque(maxlen=limit)
        for entry in read_log(log.path):
            if key.galleries is None or entry.event.gallery in allowed:
                last.append(entry)
        return AuditOut(entries=tuple(map(event_document, last)))

    return answer(await service.workforce.paperwork(work))
