"""Sessions of the page: a cookie in place of an API key, for as long as the key is one."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request, Response

from facemetric.service.keys import Key, digest
from facemetric.service.keystore import KeyStore
from facemetric.service.problem import Problem

COOKIES = ("__Host-facemetric", "facemetric")
"""Names of the cookie over TLS, which a neighbouring domain cannot set, and without it."""
HEADER = "X-Facemetric"
"""Sent by the page with what it asks. No form and no other site's script can send it."""
LIFE_S = 12 * 3600.0
IDLE_S = 30 * 60.0
_SAFE = ("GET", "HEAD")


@dataclass(slots=True)
class Session:
    """Which secret of which key it was begun with, and when it was begun and last used."""

    key_id: str
    secret_sha256: str
    begun: float
    used: float


class Sessions:
    """The sessions of a service, in memory; used from the event loop alone.

    Parameters
    ----------
    keys
        The service's keys. A session ends with the secret that it was begun with: revoked,
        expired or replaced.
    life_s, idle_s
        Seconds after which a session ends, at the latest and without use.
    most
        Sessions at a time; the one that is unused for longest gives way.
    clock
        Seconds that only rise.
    """

    def __init__(
        self,
        keys: KeyStore,
        *,
        life_s: float = LIFE_S,
        idle_s: float = IDLE_S,
        most: int = 1000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.life_s, self.idle_s = life_s, idle_s
        self._keys = keys
        self._most = most
        self._clock = clock
        self._sessions: dict[str, Session] = {}

    def begin(self, key: Key, token: str) -> str:
        """Begin a session with a key whose secret was checked; return what the cookie holds."""
        at = self._clock()
        self._forget_old(at)
        if len(self._sessions) >= self._most:
            del self._sessions[min(self._sessions, key=lambda one: self._sessions[one].used)]
        name = secrets.token_urlsafe(32)
        self._sessions[_kept(name)] = Session(key.id, digest(token), at, at)
        return name

    def key(self, name: str, *, use: bool) -> Key | None:
        """Return the key of a session that has not ended; ``use`` puts its idle end off."""
        at = self._clock()
        self._forget_old(at)
        session = self._sessions.get(_kept(name))
        if session is None:
            return None
        key = self._keys.check_digest(session.key_id, session.secret_sha256)
        if key is None:
            self.end(name)
        elif use:
            session.used = at
        return key

    def left_s(self, name: str) -> float:
        """Return the seconds after which a session ends even if it is used."""
        session = self._sessions.get(_kept(name))
        return 0.0 if session is None else session.begun + self.life_s - self._clock()

    def end(self, name: str) -> None:
        """End a session, if there is one."""
        self._sessions.pop(_kept(name), None)

    def _forget_old(self, at: float) -> None:
        for name, session in list(self._sessions.items()):
            if at >= session.begun + self.life_s or at >= session.used + self.idle_s:
                del self._sessions[name]


def cookie_of(request: Request) -> str | None:
    """Return what the session cookie of a request holds."""
    return next((request.cookies[name] for name in COOKIES if request.cookies.get(name)), None)


def set_cookie(request: Request, response: Response, name: str, *, life_s: float) -> None:
    """Have the browser keep a session, out of the reach of scripts and of other sites.

    The page's own address tells whether TLS is spoken: a proxy may end it before the service.
    """
    tls = _origin(request).startswith("https:") or request.url.scheme == "https"
    response.set_cookie(
        COOKIES[0 if tls else 1],
        name,
        max_age=int(life_s),
        path="/",
        secure=tls,
        httponly=True,
        samesite="strict",
    )


def drop_cookie(response: Response) -> None:
    """Have the browser forget its session."""
    for name in COOKIES:
        response.delete_cookie(
            name, path="/", secure=name == COOKIES[0], httponly=True, samesite="strict"
        )


def check_page(request: Request) -> None:
    """Raise a Problem 403 unless a request that a cookie speaks for comes from the page itself."""
    changing = request.method not in _SAFE
    site = request.headers.get("sec-fetch-site")
    if site is not None:  # the browser's own word; it is sent over TLS and on loopback
        own = site == "same-origin" or (site == "none" and not changing)
    else:
        origin = _origin(request)
        own = not origin or _host(origin) == request.headers.get("host", "")
    if not own or (changing and HEADER not in request.headers):
        raise Problem(
            403,
            "cross_site",
            "a session is for the service's own page, and this request does not come from it",
            field=HEADER,
            fix="Open the page itself, or send an API key in Authorization",
        )


def used_by_hand(request: Request) -> bool:
    """Whether somebody did something, and not the page by itself."""
    return request.headers.get(HEADER) == "page"


def _host(origin: str) -> str | None:
    """Return an origin's host and port; `None` where it is no address."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _origin(request: Request) -> str:
    return request.headers.get("origin", "")


def _kept(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
