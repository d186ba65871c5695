"""A service in this process, with keys of every kind, for tests of it and of its client."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from facemetric.service import KeyStore, Settings, create_app
from facemetric.service.engine import Engine
from facemetric.service.problem import MEDIA_TYPE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have a package of its own than httpx
    from starlette.testclient import TestClient

START = datetime(2030, 1, 1, tzinfo=UTC)


class Clock:
    """A time of day that tests move."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Served:
    """The application, a client of it with an admin key, and the secrets of other keys."""

    app: FastAPI
    http: TestClient
    keys: KeyStore
    secrets: Mapping[str, str]
    clock: Clock

    def bearer(self, name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secrets[name]}"}


def make_keys(store: KeyStore, clock: Clock) -> dict[str, str]:
    """Make one key of every kind; the clock stands behind the end of ``expired``."""
    every = ["read", "enrol", "admin"]
    wanted: dict[str, dict[str, Any]] = {
        "admin": {"scopes": ["admin"]},
        "read": {"scopes": ["read"]},
        "enrol": {"scopes": ["enrol"]},
        "read+enrol": {"scopes": ["read", "enrol"]},
        "other": {"scopes": every, "galleries": ["other"]},
        "main": {"scopes": every, "galleries": ["main"]},
        "expired": {"scopes": every, "expires": clock.now + timedelta(hours=1)},
        "revoked": {"scopes": every},
    }
    made = {name: store.new(name, **options) for name, options in wanted.items()}
    store.revoke(made["revoked"][0].id)
    clock.now += timedelta(hours=2)
    return {name: secret for name, (_, secret) in made.items()}


def settings_in(folder: Path, **options: Any) -> Settings:
    galleries = {name: str(folder / f"{name}.db") for name in ("main", "other")}
    return Settings(galleries=galleries, keys=folder / "keys.db", detectors=2, **options)


def says_the_way_out(response: httpx.Response) -> None:
    """Fail unless a problem document says what can be done about it, whatever the test is about."""
    if response.headers.get("content-type") == MEDIA_TYPE:
        response.read()
        assert response.json()["fix"], response.text


@contextmanager
def served(
    folder: Path, engine: Engine, change: Callable[[Settings], Settings] = lambda same: same
) -> Iterator[Served]:
    """Run a service with an engine that is open already."""
    clock = Clock()
    settings = change(settings_in(folder))
    keys = KeyStore(settings.keys, clock=clock)
    secrets = make_keys(keys, clock)
    app = create_app(settings, keys=keys, engine=engine)
    with TestClient(app, headers={"Authorization": f"Bearer {secrets['admin']}"}) as http:
        http.event_hooks = {"response": [says_the_way_out]}
        yield Served(app, http, keys, secrets, clock)


@contextmanager
def listening(app: FastAPI, **options: Any) -> Iterator[str]:
    """Serve an application that was started on a port of this machine; yield its address."""
    config = uvicorn.Config(
        app, port=0, log_config=None, access_log=False, ws="none", lifespan="off", **options
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 300
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(120)
