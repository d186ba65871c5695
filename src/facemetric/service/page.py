"""The page: files of this package that a browser runs as they are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from facemetric.service.envelope import HEADERS

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""Nothing from elsewhere and nothing inline; text can become markup nowhere."""
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page as it is sent; the tag changes with its content."""

    body: bytes
    media_type: str
    tag: str


def assets() -> dict[str, Asset]:
    """Return the page's files by their paths, such as ``"pages/people.js"``."""
    return dict(_below(files("facemetric.service") / "static", ""))


def page_router() -> APIRouter:
    """Return the routes of the page, with its files in memory."""
    known = assets()
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=["GET", "HEAD"])
    async def page(request: Request) -> Response:
        return _sent(known["index.html"], request)

    @router.api_route("/static/{path:path}", methods=["GET", "HEAD"])
    async def asset(path: str, request: Request) -> Response:
        if path not in known:
            raise HTTPException(404, "there is no such file")
        return _sent(known[path], request)

    return router


def _sent(asset: Asset, request: Request) -> Response:
    headers = {
        "Content-Security-Policy": CSP,
        "Cache-Control": "no-cache",
        "ETag": asset.tag,
        "Permissions-Policy": HEADERS["Permissions-Policy"],
    }
    if request.headers.get("if-none-match") == asset.tag:
        return Response(status_code=304, headers=headers)
    return Response(asset.body, media_type=asset.media_type, headers=headers)


def _below(folder: Traversable, path: str) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _below(entry, f"{path}{entry.name}/")
            continue
        kind = _TYPES.get(entry.name[entry.name.rfind(".") :])
        if kind is not None:
            body = entry.read_bytes()
            tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
            found.append((path + entry.name, Asset(body, kind, tag)))
    return found
