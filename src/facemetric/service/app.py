"""The ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import Request
from starlette.responses import Response

from facemetric._version import __version__
from facemetric.service.engine import Engine
from facemetric.service.envelope import Envelope
from facemetric.service.keystore import KeyStore
from facemetric.service.openapi import describe
from facemetric.service.page import page_router
from facemetric.service.routes import ROUTERS
from facemetric.service.service import Service
from facemetric.service.settings import Settings
from facemetric.service.unrouted import unrouted


def create_app(
    settings: Settings, *, keys: KeyStore | None = None, engine: Engine | None = None
) -> FastAPI:
    """Make the service as an ASGI application, to serve or to mount in another.

    Networks and galleries are opened when it starts (its lifespan), not here.

    Parameters
    ----------
    settings
        How it is set up.
    keys
        API keys in place of the file that ``settings`` name.
    engine
        One that is open already and stays open at the end, to be used by several.

    Returns
    -------
    fastapi.FastAPI
        ``app.state.service`` is the ``Service``.

    Raises
    ------
    AccessError
        The file of keys cannot be used.
    """
    service = Service(settings, keys=keys or KeyStore(settings.keys), engine=engine)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(service.start)
        try:
            yield
        finally:
            await asyncio.to_thread(service.stop)

    app = FastAPI(
        title="facemetric",
        version=__version__,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(page_router())
    app.add_exception_handler(StarletteHTTPException, _unrouted)
    app.add_exception_handler(RequestValidationError, _pass_on)
    describe(app)
    app.add_middleware(Envelope, metrics=service.metrics, crowd=service.crowd)
    return app


async def _unrouted(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    raise unrouted(error, request) from error


async def _pass_on(request: Request, error: Exception) -> Response:
    """Leave an error to the envelope, which knows how it is told."""
    raise error
