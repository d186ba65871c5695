"""Evaluation reports: what was measured of models, and on which photographs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Response

from facemetric.service.access import GuardedRoute, needs
from facemetric.service.answers import TheKey, TheService, answer
from facemetric.service.keys import Key
from facemetric.service.problem import Problem
from facemetric.service.reportshelf import AbsentError, DamagedError, ReportShelf
from facemetric.service.service import Service
from facemetric.wire import ReportOut, ReportsOut

router = APIRouter(tags=["reports"], route_class=GuardedRoute)

Name = Annotated[str, Path(min_length=1, max_length=255, description="A report's folder.")]
T = TypeVar("T")

PAGE_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "sandbox",
            "default-src 'none'",
            "style-src 'unsafe-inline'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        )
    ),
    "X-Frame-Options": "SAMEORIGIN",
    # Sandboxed, it belongs to no origin: browsers refuse to open that with a policy of openers.
    "Cross-Origin-Opener-Policy": "unsafe-none",
}
"""A report's page may show itself and do nothing, in the service's page or on its own."""

_FIGURE = {
    "name": "accuracy",
    "unit": "share",
    "value": 0.9938,
    "interval": {"low": 0.9908, "high": 0.9964, "confidence": 0.95, "method": "people"},
    "standard_error": 0.001,
}
_SUMMARY = {
    "name": "lfw-2026-05",
    "kind": "evaluation",
    "created": "2026-05-04T09:30:00+00:00",
    "version": "0.1.0",
    "protocol": "lfw",
    "title": "LFW, 6,000 pairs in 10 folds",
    "photos": 7701,
    "leakage": "none_found",
    "models": [{"bundle": "dlib-resnet-v1", "figures": [_FIGURE]}],
}
EXAMPLES: dict[str, Any] = {
    "list": {"schema": "facemetric.reports/1", "reports": [_SUMMARY], "errors": [], "left_out": 0},
    "show": {
        "schema": "facemetric.report/1",
        "report": _SUMMARY,
        "models": [
            {
                "bundle": "dlib-resnet-v1",
                "faces_found": 7690,
                "conditions": {"flip": True, "replicates": 1000},
                "parts": [
                    {
                        "kind": "verification",
                        "name": "pairs",
                        "counts": {"genuine": 3000, "impostor": 3000},
                        "figures": [_FIGURE],
                        "notes": [],
                    }
                ],
            }
        ],
        "comparisons": [],
    },
}


@router.get(
    "/v1/reports",
    response_model=ReportsOut,
    summary="List evaluation reports",
    responses={200: {"content": {"application/json": {"example": EXAMPLES["list"]}}}},
    openapi_extra=needs("read"),
)
async def list_reports(service: TheService, key: TheKey) -> Response:
    """List the reports in the service's folder with their main figures, damaged ones in `errors`.

    Reports show photographs of people who are in no gallery: a key that is bound to galleries
    gets 403.
    """
    shelf = _shelf(service, key)
    return answer(
        await service.workforce.paperwork(key, lambda deadline: shelf.all(check=deadline.check))
    )


@router.get(
    "/v1/reports/{name}",
    response_model=ReportOut,
    summary="Show an evaluation report",
    responses={200: {"content": {"application/json": {"example": EXAMPLES["show"]}}}},
    openapi_extra=needs("read"),
)
async def show_report(name: Name, service: TheService, key: TheKey) -> Response:
    """Return all figures of a report, and which model is better where it has several."""
    shelf = _shelf(service, key)
    return answer(
        await service.workforce.paperwork(key, lambda deadline: _told(lambda: shelf.show(name)))
    )


@router.get(
    "/v1/reports/{name}/page",
    response_class=Response,
    summary="The page of an evaluation report",
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
    openapi_extra=needs("read"),
)
async def report_page(name: Name, service: TheService, key: TheKey) -> Response:
    """Return the report's own page, which fetches nothing and may run nothing."""
    shelf = _shelf(service, key)
    page = await service.workforce.paperwork(key, lambda deadline: _told(lambda: shelf.page(name)))
    return Response(page, media_type="text/html; charset=utf-8", headers=PAGE_HEADERS)


def _shelf(service: Service, key: Key) -> ReportShelf:
    if key.galleries is not None:
        raise Problem(
            403,
            "bound_key",
            "this key is bound to galleries, and reports are for the whole service",
            field="Authorization",
            fix="Use a key for all galleries",
        )
    if service.reports is None:
        raise Problem(
            404, "reports", "no reports are served", fix="Start the service with --reports FOLDER"
        )
    return service.reports


def _told(read: Callable[[], T]) -> T:
    """Return what is read of a report, or raise why it cannot be as a Problem."""
    try:
        return read()
    except AbsentError as error:
        raise Problem(
            404,
            "report",
            "there is no such report",
            field="name",
            fix="GET /v1/reports lists the names of all",
        ) from error
    except DamagedError as error:
        raise Problem(409, "damaged_report", error.cause, field="name", fix=error.fix) from error
