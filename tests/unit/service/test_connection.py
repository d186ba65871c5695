"""Connections on which no request comes."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI, Request

from facemetric.service.connection import Connection
from layouts.service import listening

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
    return socket.create_connection((parts.hostname, parts.port), timeout=10)


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
