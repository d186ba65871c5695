"""Whether the service lives and works, who asks, and how much there was to do."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from facemetric.service.access import GuardedRoute, needs
from facemetric.service.answers import TheKey, TheService, answer
from facemetric.service.keydocuments import key_document
from facemetric.wire import HealthOut, ServiceOut, WhoAmIOut

_open = APIRouter(tags=["system"])
router = APIRouter(tags=["system"])
_guarded = APIRouter(route_class=GuardedRoute)


@_open.get("/health", response_model=HealthOut, summary="Whether the process answers")
async def health(service: TheService) -> Response:
    """Answer as long as the process lives. Needs no key."""
    return answer(HealthOut(state="ok"))


@_open.get("/ready", response_model=HealthOut, summary="Whether it can work")
async def ready(service: TheService) -> Response:
    """Answer 200 once networks and galleries are open, 503 before and while stopping. No key."""
    state = service.health()
    return answer(state, status=200 if state.state == "ok" else 503)


@_open.get("/v1/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> Response:
    """Return the description of the service. Needs no key."""
    return JSONResponse(request.app.openapi())


@_guarded.get(
    "/metrics",
    response_class=Response,
    summary="Prometheus metrics",
    openapi_extra=needs("read"),
)
async def metrics(service: TheService) -> Response:
    """Return counters and times in Prometheus' text format; no gallery or person is in them."""
    page = service.metrics.text(in_work=service.workforce.taken)
    return Response(page, media_type="text/plain; version=0.0.4; charset=utf-8")


@_guarded.get(
    "/v1/whoami",
    response_model=WhoAmIOut,
    summary="The key that is used",
    openapi_extra=needs("read"),
)
async def whoami(key: TheKey) -> Response:
    """Return what the key of this request may do, and until when."""
    return answer(WhoAmIOut(key=key_document(key)))


@_guarded.get(
    "/v1/service",
    response_model=ServiceOut,
    summary="The service in figures",
    openapi_extra=needs("admin"),
)
async def figures(service: TheService) -> Response:
    """Return version, uptime, load and memory."""
    return answer(service.figures())


router.include_router(_open)
router.include_router(_guarded)
