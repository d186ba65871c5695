"""Who may do what: every route says which scope it needs, or is not made."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from typing import Any, Literal

from fastapi import Request, Response
from fastapi.routing import APIRoute

from facemetric.service.bodies import LimitedRequest, check_keys, check_media_type
from facemetric.service.keys import Key
from facemetric.service.keystore import KeyStore
from facemetric.service.problem import Problem
from facemetric.service.sessions import Sessions, check_page, cookie_of, used_by_hand

Takes = Literal["nothing", "json", "photos", "job"]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]

SCOPE, TAKES = "x-facemetric-scope", "x-facemetric-takes"


def needs(scope: str, *, takes: Takes = "nothing", **more: Any) -> dict[str, Any]:
    """Return the ``openapi_extra`` of a route: the scope it needs and the body it takes."""
    return {SCOPE: scope, TAKES: takes, **more}


class GuardedRoute(APIRoute):
    """A route that looks at the key before anything else of the request.

    Raises
    ------
    TypeError
        A route does not say which scope it needs.
    """

    def get_route_handler(self) -> Handler:
        """Return what answers a request: key, gallery, media type, a place; then the rest."""
        extra = self.openapi_extra or {}
        if SCOPE not in extra:
            raise TypeError(f"{self.path} does not say which scope it needs")
        scope, takes = extra[SCOPE], extra[TAKES]
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            service = request.app.state.service
            key = service.guard.admit(request, scope)
            request.state.key = key
            gallery = request.path_params.get("gallery")
            if gallery is not None:
                service.guard.check_gallery(key, gallery)
            if takes == "nothing":
                return await answer(request)
            check_media_type(request, takes)
            limits = service.settings.limits
            place = nullcontext() if takes == "json" else service.workforce.place()
            with place, service.allowance.share(takes) as share:
                limited = LimitedRequest(
                    request,
                    most_bytes=limits.bytes_of(takes),
                    seconds=limits.body_s,
                    share=share,
                )
                if takes == "json":  # FastAPI would make a 400 of what is raised there
                    check_keys(await limited.body())
                return await answer(limited)

        return handle


class Guard:
    """Tells who asks, and refuses.

    Parameters
    ----------
    keys
        The service's keys.
    clock
        Seconds that only rise.

    Attributes
    ----------
    sessions
        Those of the page.
    """

    def __init__(self, keys: KeyStore, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.keys = keys
        self.sessions = Sessions(keys, clock=clock)
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def admit(self, request: Request, scope: str) -> Key:
        """Return the key of a request, which has the scope; a Problem 401, 403 or 429 otherwise."""
        key = self._key(request)
        request.state.key_id = key.id
        if not key.may(scope):
            raise Problem(
                403,
                "scope",
                f"this key has the scopes {', '.join(sorted(key.scopes))}, {scope} is needed",
                field="Authorization",
                fix="Use a key with that scope",
            )
        self._take_turn(key)
        return key

    def check_gallery(self, key: Key, gallery: str) -> None:
        """Raise a Problem 403 unless the key is for a gallery, whether that exists or not."""
        if not key.opens(gallery):
            raise Problem(
                403,
                "gallery",
                "this key is not for that gallery",
                field="gallery",
                fix="Use a key that is bound to it",
            )

    def still(self, request: Request) -> bool:
        """Whether the key of a request that was admitted may be used yet."""
        try:
            self._key(request)
        except Problem:
            return False
        return True

    def check(self, token: str, request: Request) -> Key:
        """Return the key of a secret; a Problem 401 where it is none, or none any longer."""
        key, usable = self.keys.check(token.strip())
        if key is None:
            raise _unauthorised("wrong_key", "the API key is not one of this service")
        request.state.key_id = key.id
        if not usable:
            raise _unauthorised("expired_key", "the API key has expired or is revoked")
        return key

    def _key(self, request: Request) -> Key:
        cookie = cookie_of(request)
        if cookie is not None and "authorization" not in request.headers:
            return self._key_of_session(cookie, request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token or scheme.lower() != "bearer":
            raise _unauthorised("no_key", "no API key came with the request")
        return self.check(token, request)

    def _key_of_session(self, cookie: str, request: Request) -> Key:
        check_page(request)
        key = self.sessions.key(cookie, use=used_by_hand(request))
        if key is None:
            raise _unauthorised("session", "the session has ended", fix="Log in again")
        return key

    def _take_turn(self, key: Key) -> None:
        """Count a request: a bucket of ``per_minute`` that fills evenly."""
        if key.per_minute is None:
            return
        at = self._clock()
        rate = key.per_minute / 60
        left, since = self._buckets.get(key.id, (float(key.per_minute), at))
        left = min(left + (at - since) * rate, float(key.per_minute))
        if left < 1:
            self._buckets[key.id] = (left, at)
            raise Problem(
                429,
                "rate",
                f"this key may ask {key.per_minute} times a minute",
                fix="Try again after the seconds in Retry-After",
                headers={"Retry-After": str(math.ceil((1 - left) / rate))},
            )
        self._buckets[key.id] = (left - 1, at)


def _unauthorised(
    code: str,
    detail: str,
    *,
    fix: str = "Send the header Authorization: Bearer and a key (facemetric keys new makes one)",
) -> Problem:
    return Problem(
        401,
        code,
        detail,
        field="Authorization",
        fix=fix,
        headers={"WWW-Authenticate": 'Bearer realm="facemetric"'},
    )
