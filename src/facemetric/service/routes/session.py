"""Logging in to the page and out of it; programs send their key instead."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from facemetric.service.answers import TheService, answer
from facemetric.service.bodies import LimitedRequest, check_media_type
from facemetric.service.keydocuments import key_document
from facemetric.service.keys import Key
from facemetric.service.photos import parsed
from facemetric.service.service import Service
from facemetric.service.sessions import check_page, cookie_of, drop_cookie, set_cookie, used_by_hand
from facemetric.wire.session import SessionIn, SessionOut

router = APIRouter(include_in_schema=False)

_MOST_BYTES = 4096


@router.get("/session")
async def show_session(request: Request, service: TheService) -> Response:
    """Return who is logged in, or that nobody is."""
    check_page(request)
    cookie = cookie_of(request)
    sessions = service.guard.sessions
    key = None if cookie is None else sessions.key(cookie, use=used_by_hand(request))
    if cookie is None or key is None:
        return answer(SessionOut(key=None))
    return answer(_document(service, key, cookie))


@router.post("/session")
async def log_in(request: Request, service: TheService) -> Response:
    """Begin a session with an API key; the answer sets its cookie."""
    check_page(request)
    check_media_type(request, "json")
    limited = LimitedRequest(
        request, most_bytes=_MOST_BYTES, seconds=service.settings.limits.body_s
    )
    asked = parsed(SessionIn, await limited.body())
    key = service.guard.check(asked.key, request)
    sessions = service.guard.sessions
    before = cookie_of(request)
    if before is not None:
        sessions.end(before)
    cookie = sessions.begin(key, asked.key.strip())
    service.audit("session.begin", key)
    response = answer(_document(service, key, cookie))
    set_cookie(request, response, cookie, life_s=sessions.life_s)
    return response


@router.delete("/session")
async def log_out(request: Request, service: TheService) -> Response:
    """End the session, if there is one."""
    check_page(request)
    cookie = cookie_of(request)
    if cookie is not None:
        key = service.guard.sessions.key(cookie, use=False)
        service.guard.sessions.end(cookie)
        if key is not None:
            service.audit("session.end", key)
    response = answer(SessionOut(key=None))
    drop_cookie(response)
    return response


def _document(service: Service, key: Key, cookie: str) -> SessionOut:
    sessions = service.guard.sessions
    return SessionOut(
        key=key_document(key),
        left_s=round(sessions.left_s(cookie), 1),
        idle_s=sessions.idle_s,
        events=tuple(name for name in service.settings.events if key.opens(name)),
        audit=service.audit_log is not None,
        keep_portraits=service.settings.keep_portraits,
        reports=service.reports is not None,
    )
