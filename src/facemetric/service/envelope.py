"""Around every request: an id, the security headers, a line in the log, the counters."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import MutableMapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from facemetric.errors import FacemetricError
from facemetric.service.crowd import Crowd
from facemetric.service.events import failure, log
from facemetric.service.metrics import Metrics
from facemetric.service.problem import MEDIA_TYPE, Problem, problem_of
from facemetric.service.validation import problem_of_validation

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
}
"""Sent with every answer that does not say otherwise itself."""


class Envelope:
    """The outermost layer of the service.

    Parameters
    ----------
    app
        What is inside.
    metrics
        Counts.
    crowd
        Bounds the open connections.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics, crowd: Crowd) -> None:
        self._app = app
        self._metrics = metrics
        self._crowd = crowd

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.monotonic()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message, request_id)
            await send(message)

        problem: Problem | None = None
        try:
            self._crowd.check()
            await self._app(scope, receive, sending)
        except Exception as error:
            problem = as_problem(error)
            if problem.status >= 500 and problem.code not in ("deadline", "busy"):
                log(
                    logging.ERROR,
                    "failure",
                    request_id=request_id,
                    route=_route(scope),
                    failure=failure(error),
                )
            if status:
                raise
            await _send_problem(problem, request_id, sending)
        seconds = time.monotonic() - started
        route = _route(scope)
        self._metrics.request(scope["method"], route, status, seconds)
        refused = status in (401, 403)
        log(
            logging.WARNING if refused or status >= 500 else logging.INFO,
            "refused" if refused else "request",
            request_id=request_id,
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            key=scope["state"].get("key_id"),
            code=problem.code if problem else None,
            client=scope["client"][0] if refused and scope.get("client") else None,
        )


def as_problem(error: Exception) -> Problem:
    """Return what the caller is told of an error."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return problem_of_validation(error)
    if isinstance(error, FacemetricError):
        return problem_of(error)
    return Problem(500, "defect", "the service failed", fix="Tell its operator the request_id")


async def _send_problem(problem: Problem, request_id: str, send: Send) -> None:
    body = problem.body(request_id)
    headers = {"Content-Type": MEDIA_TYPE, "Content-Length": str(len(body)), **problem.headers}
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


def _add_headers(message: MutableMapping[str, Any], request_id: str) -> None:
    headers = list(message.get("headers", ()))
    there = {name.lower() for name, _ in headers}
    for name, value in HEADERS.items():
        if name.lower().encode() not in there:
            headers.append((name.lower().encode(), value.encode()))
    headers.append((b"x-request-id", request_id.encode()))
    message["headers"] = headers


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return str(value.decode())
    return uuid.uuid4().hex


def _route(scope: Scope) -> str:
    """Return the template of the path, since the path itself may say whom it is about."""
    return str(getattr(scope.get("route"), "path", "unmatched"))
