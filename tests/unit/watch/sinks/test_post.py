"""A POST is over in time, whatever the other side does."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from urllib.parse import urlsplit

import pytest

from facemetric.watch.sinks.post import UnreachedError, post
from layouts.dripping_server import dripping
from layouts.hook_server import serving

JSON = {"Content-Type": "application/json"}


def test_the_answer_of_a_server() -> None:
    with serving((429, {"Retry-After": "7"}, b"later")) as server:
        url = urlsplit(f"{server.url}/hook?site=1")
        answer = post(url, b"{}", JSON, timeout_s=5, context=None)
        ((path, headers, body),) = server.requests
    assert (answer.status, answer.getheader("Retry-After")) == (429, "7")
    assert (path, body) == ("/hook?site=1", b"{}")
    assert headers["Host"] == url.netloc and headers["Connection"] == "close"


@pytest.mark.parametrize("sent", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" * 9])
def test_a_server_that_drips_bytes_holds_nobody(sent: bytes) -> None:
    with dripping(sent * 20, pause_s=0.05) as url:
        start = time.monotonic()
        with pytest.raises(TimeoutError):
            post(urlsplit(url), b"{}", JSON, timeout_s=0.5, context=None)
        assert time.monotonic() - start < 2


def test_a_body_that_drips_is_not_waited_for() -> None:
    sent = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000
    with dripping(sent, pause_s=0.002) as url:
        start = time.monotonic()
        assert post(urlsplit(url), b"{}", JSON, timeout_s=5, context=None).status == 200
        assert time.monotonic() - start < 1.5


def test_a_handshake_that_drips_holds_nobody() -> None:
    with dripping(b"\x16\x03\x03\x40\x00" + bytes(100), pause_s=0.05) as url:
        start = time.monotonic()
        with pytest.raises(UnreachedError):
            post(
                urlsplit(url.replace("http:", "https:")),
                b"{}",
                JSON,
                timeout_s=0.5,
                context=ssl.create_default_context(),
            )
        assert time.monotonic() - start < 2


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(UnreachedError, match="refused"):
        post(urlsplit(f"http://127.0.0.1:{port}/"), b"{}", JSON, timeout_s=2, context=None)


def test_what_is_not_http() -> None:
    with (
        dripping(b"220 mail.example ESMTP\r\n", pause_s=0) as url,
        pytest.raises(http.client.HTTPException),
    ):
        post(urlsplit(url), b"{}", JSON, timeout_s=2, context=None)
