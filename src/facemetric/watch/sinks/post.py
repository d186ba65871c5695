"""One POST that is over in time, however slowly the other side answers."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import SplitResult


class UnreachedError(OSError):
    """Nobody was reached: nothing was sent."""


def post(
    url: SplitResult,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout_s: float,
    context: ssl.SSLContext | None,
) -> http.client.HTTPResponse:
    """Post a body and return the answer, of which only status and headers are read.

    Parameters
    ----------
    url
        ``http`` or ``https``.
    body, headers
        What is sent.
    timeout_s
        For all of it: looking the name up apart, connecting, the handshake, sending, and the last
        byte of the headers. The standard library's own timeout is one for each read, so that a
        server which sends a byte now and then could hold a caller for ever.
    context
        For TLS; ``None`` for plain HTTP.

    Raises
    ------
    UnreachedError
        It cannot be reached, or is not who it should be.
    OSError
        The connection was lost, or it took too long (``TimeoutError``).
    http.client.HTTPException
        What came is not HTTP.
    """
    end_s = time.monotonic() + timeout_s
    host = url.hostname or ""
    connection = http.client.HTTPConnection(host, url.port or (443 if context else 80))
    try:
        reached = _reach(host, connection.port, end_s)
        if context is not None:
            reached.settimeout(_left(end_s))
            reached = context.wrap_socket(reached, server_hostname=host)
    except OSError as error:
        raise UnreachedError(*error.args) from None
    try:
        # An HTTPConnection with a socket opens none of its own.
        connection.sock = cast(socket.socket, _Hasty(reached, end_s))
        target = url.path or "/"
        target = f"{target}?{url.query}" if url.query else target
        connection.request("POST", target, body=body, headers={**headers, "Connection": "close"})
        return connection.getresponse()
    finally:
        reached.close()


def _reach(host: str, port: int, end_s: float) -> socket.socket:
    """Connect to the first address of a host that answers."""
    failed: OSError = OSError("the name has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM):
        found = socket.socket(family, kind, protocol)
        try:
            found.settimeout(_left(end_s))
            found.connect(address)
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return found
        except OSError as error:
            found.close()
            failed = error
    raise failed


def _left(end_s: float) -> float:
    left_s = end_s - time.monotonic()
    if left_s <= 0:
        raise TimeoutError("timed out")
    return left_s


class _Hasty:
    """A socket whose every operation has what is left of the time."""

    def __init__(self, inner: socket.socket, end_s: float) -> None:
        self._inner = inner
        self._end_s = end_s

    def sendall(self, data: bytes) -> None:
        self._inner.settimeout(_left(self._end_s))
        self._inner.sendall(data)

    def makefile(self, mode: str, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self._inner, self._end_s))

    def close(self) -> None:
        """Do nothing: whoever opened it closes it."""


class _Reading(io.RawIOBase):
    def __init__(self, inner: socket.socket, end_s: float) -> None:
        self._inner = inner
        self._end_s = end_s

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._inner.settimeout(_left(self._end_s))
        return self._inner.recv_into(buffer)
