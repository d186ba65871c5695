"""Bodies of requests: of the announced kind, no larger and no slower than allowed."""

from __future__ import annotations

import asyncio
from email.message import Message

from fastapi import Request
from starlette.requests import ClientDisconnect

from facemetric.service.allowance import Share
from facemetric.service.problem import Problem

MOST_KEYS = 5_000
"""Colons in a document: each may be a field that nobody knows, which costs a mistake to tell."""
RAW_TYPES = (
    "application/octet-stream",
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/heic",
    "image/heif",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "image/webp",
)
_PHOTOS = ("multipart/form-data", "application/json", *RAW_TYPES)
ALLOWED = {
    "json": ("application/json",),
    "photos": _PHOTOS,
    "job": ("multipart/form-data", "application/json"),
}


def media_type(request: Request) -> str:
    """Return the media type of a request's body, without parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def check_media_type(request: Request, takes: str) -> None:
    """Raise a Problem 415 unless the body is announced as one of the kinds that a route takes."""
    came = media_type(request)
    allowed = ALLOWED[takes]
    if came not in allowed:
        raise Problem(
            415,
            "media_type",
            f"expected {allowed[0] if len(allowed) == 1 else 'one of ' + ', '.join(allowed)}, "
            f"got {came[:80]!r}",
            field="Content-Type",
            fix="Send one of these and name it in Content-Type",
        )
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Problem(
            415,
            "media_type",
            "the body must not be compressed",
            field="Content-Encoding",
            fix="Send it as it is",
        )
    if came == "application/json":
        message = Message()
        message["content-type"] = request.headers["content-type"]
        charset = message.get_param("charset", "utf-8")
        if str(charset).lower() not in ("utf-8", "utf8"):
            raise Problem(
                415, "media_type", "JSON is UTF-8", field="Content-Type", fix="Encode it as UTF-8"
            )


def check_keys(body: bytes) -> None:
    """Raise a Problem 422 where a document has far more fields than any that is taken here."""
    if body.count(b":") > MOST_KEYS:
        raise Problem(
            422,
            "input",
            f"expected at most {MOST_KEYS:,} fields",
            field="body",
            fix="Send fewer at a time",
        )


class LimitedRequest(Request):
    """A request whose body is read once, up to so many bytes and so many seconds.

    ``share`` is its part of what bodies may take in memory; `None` for one that is tiny.
    """

    def __init__(
        self, request: Request, *, most_bytes: int, seconds: float, share: Share | None = None
    ) -> None:
        super().__init__(request.scope, request.receive)
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._share = share

    async def body(self) -> bytes:
        """Return the body; a Problem 413 where it is too large, 408 where it does not come."""
        if not hasattr(self, "_body"):
            announced = self.headers.get("content-length", "")
            if announced.isdigit():
                size = int(announced[:20])
                if size > self._most_bytes:
                    raise self._too_large()
                if self._share is not None:
                    self._share.check(size)
            try:
                async with asyncio.timeout(self._seconds):
                    self._body = await self._read()
            except TimeoutError as error:
                raise Problem(
                    408,
                    "slow_body",
                    f"the body did not come within {self._seconds:g} s",
                    fix="Send less at a time, or over a faster connection",
                    headers={"Connection": "close"},
                ) from error
            except ClientDisconnect as error:
                raise Problem(
                    400, "disconnected", "the body ended before its end", fix="Send it again, whole"
                ) from error
        return self._body

    async def _read(self) -> bytes:
        parts = bytearray()
        async for part in self.stream():
            if len(parts) + len(part) > self._most_bytes:
                raise self._too_large()
            if self._share is not None:
                self._share.take(len(part))
            parts += part
        return bytes(parts)

    def _too_large(self) -> Problem:
        return Problem(
            413,
            "too_large",
            f"expected at most {self._most_bytes:,} bytes",
            fix="Send fewer or smaller photographs at a time",
            # What is still to come must not be taken for another request.
            headers={"Connection": "close"},
        )
