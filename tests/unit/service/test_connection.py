"""Connections on which no request comes."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from fastapi import FastAPI, Request

from facemetric.service import KeyStore, create_app
from facemetric.service.connection import Connection
from facemetric.service.server import TellingServer
from layouts.service import listening, settings_in

EMPTY = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n"
SLOW = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\n"


@pytest.fixture
def app() -> FastAPI:
    made = FastAPI()

    @made.post("/")
    async def size(request: Request) -> int:
        return len(await request.body())

    return made


def connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    assert parts.hostname is not None and parts.port is not None
    return socket.create_connection((parts.hostname, parts.port), timeout=60)


@pytest.mark.parametrize("sent", [b"", EMPTY[:20], EMPTY, EMPTY + EMPTY[:20]])
def test_who_sends_no_request_gives_the_place_up(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(Connection, "head_s", 1.0)
    with listening(app, http=Connection) as url, connected(url) as silent:
        silent.sendall(sent)
        came = b""
        with suppress(ConnectionResetError):  # a TimeoutError is none
            while part := silent.recv(65536):
                came += part
        assert came.count(b"200 OK") == sent.count(EMPTY)


def test_a_request_in_work_is_not_cut_off(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "head_s", 1.0)
    with listening(app, http=Connection) as url, connected(url) as slow:
        for _ in range(2):
            slow.sendall(SLOW)
            time.sleep(1.5)
            slow.sendall(b"{}")
            answer = HTTPResponse(slow, method="POST")
            answer.begin()
            assert (answer.status, answer.read()) == (200, b"2")


def test_who_comes_beyond_the_bound_is_told_when_to_come_back(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path), keys=KeyStore(None))
    service = app.state.service
    config = uvicorn.Config(app, port=0, http=Connection, log_config=None, lifespan="off")
    started = threading.Event()
    server = TellingServer(config, service, started.set)
    service.crowd.most = 2
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    assert started.wait(120)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        with connected(url), connected(url) as second:
            with connected(url) as third:
                status, headers, body = _asked(third)
            assert (status, headers["content-type"]) == (503, "application/problem+json")
            assert int(headers["retry-after"]) > 0 and headers["connection"] == "close"
            assert json.loads(body)["code"] == "busy" and json.loads(body)["fix"]
            deadline = time.monotonic() + 300
            while len(service.crowd.connections) > 2 and time.monotonic() < deadline:
                time.sleep(0.01)
            assert _asked(second)[0] == 200
    finally:
        server.should_exit = True
        running.join(120)
        service.keys.close()


def _asked(there: socket.socket) -> tuple[int, Mapping[str, str], bytes]:
    """Ask whether the service lives."""
    there.sendall(b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n")
    answer = HTTPResponse(there, method="GET")
    answer.begin()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
