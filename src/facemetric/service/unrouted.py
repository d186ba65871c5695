"""Requests that no route answers: no such path, or not with this method."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match

from facemetric.service.problem import Problem

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def unrouted(error: HTTPException, request: Request) -> Problem:
    """Return what a path or method that is not there is answered with, and the way out."""
    if error.status_code == 405:
        methods = ", ".join(_allowed(request))
        return Problem(
            405,
            "method",
            f"{request.method[:20]} is not taken at this address",
            fix=f"Use {methods}",
            headers={"Allow": methods},
        )
    if error.status_code == 404:
        return Problem(
            404,
            "not_found",
            "there is nothing at this address",
            fix="GET /v1/openapi.json describes every address",
        )
    return Problem(
        error.status_code,
        "request",
        str(error.detail),
        fix="GET /v1/openapi.json describes what is taken",
        headers=error.headers,
    )


def _allowed(request: Request) -> Iterator[str]:
    """Yield the methods of all routes at an address, of which the server names the first's."""
    for method in _METHODS:
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes):
            yield method
