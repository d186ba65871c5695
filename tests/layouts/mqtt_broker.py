"""An MQTT 3.1.1 broker on this machine: it takes what is published, and keeps it.

Written from the specification (OASIS MQTT 3.1.1), apart from the client: CONNECT, PUBLISH with QoS
0 and 1, PINGREQ and DISCONNECT; nobody can subscribe.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from layouts.accepting import accepting

CONNECT, PUBLISH, PINGREQ, DISCONNECT = 1, 3, 12, 14
CONNACK, PUBACK, PINGRESP = b"\x20\x02\x00", b"\x40\x02", b"\xd0\x00"
NOT_AUTHORISED = 5


@dataclass(frozen=True)
class Published:
    """A message that came."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    again: bool = False


@dataclass
class Broker:
    """What came in, and how it is answered."""

    login: tuple[str, str] | None = None
    acknowledge: bool = True
    port: int = 0
    connects: int = 0
    published: list[Published] = field(default_factory=list)
    _open: list[socket.socket] = field(default_factory=list)

    def on(self, topic: str) -> list[bytes]:
        """Return the payloads that came to a topic."""
        return [one.payload for one in self.published if one.topic == topic]

    def hang_up(self) -> None:
        """Close every connection."""
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def serve(self, connection: socket.socket) -> None:
        """Speak with one client until it goes; one that just vanishes has its will done."""
        will = None
        try:
            with contextlib.suppress(OSError):
                while True:
                    kind, flags, body = _packet(connection)
                    if kind == CONNECT:
                        self.connects += 1
                        will, login = _connect(body)
                        welcome = self.login is None or login == self.login
                        code = 0 if welcome else NOT_AUTHORISED
                        connection.sendall(CONNACK + bytes([code]))
                        if not welcome:
                            will = None
                            return
                    elif kind == PUBLISH:
                        self._publish(connection, flags, body)
                    elif kind == PINGREQ:
                        connection.sendall(PINGRESP)
                    elif kind == DISCONNECT:
                        will = None
                        return
        finally:
            if will is not None:
                self.published.append(will)
            connection.close()

    def _publish(self, connection: socket.socket, flags: int, body: bytes) -> None:
        topic, rest = _text(body)
        qos = flags >> 1 & 3
        payload = rest[2:] if qos else rest
        came = Published(topic, payload, qos, bool(flags & 1), bool(flags & 8))
        self.published.append(came)
        if qos and self.acknowledge:
            connection.sendall(PUBACK + rest[:2])


@contextmanager
def broker(
    *,
    login: tuple[str, str] | None = None,
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Broker]:
    """Serve on a port, a free one where it is 0, until the end of the block."""
    listening = socket.create_server(("127.0.0.1", port))
    serving = Broker(login=login, port=listening.getsockname()[1])

    def serve(connection: socket.socket) -> None:
        if tls is not None:
            try:
                connection = tls.wrap_socket(connection, server_side=True)
            except OSError:
                connection.close()
                return
        serving._open.append(connection)
        serving.serve(connection)

    with accepting(listening, serve, hang_up=serving.hang_up):
        yield serving


def _packet(connection: socket.socket) -> tuple[int, int, bytes]:
    first = _exactly(connection, 1)[0]
    length, shift = 0, 0
    while True:
        byte = _exactly(connection, 1)[0]
        length |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return first >> 4, first & 15, _exactly(connection, length)


def _exactly(connection: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        part = connection.recv(size - len(got))
        if not part:
            raise ConnectionError("gone")
        got += part
    return got


def _text(body: bytes) -> tuple[str, bytes]:
    (size,) = struct.unpack_from(">H", body)
    return body[2 : 2 + size].decode(), body[2 + size :]


def _connect(body: bytes) -> tuple[Published | None, tuple[str, str] | None]:
    """Return the last will and the user and password of a CONNECT."""
    protocol, rest = _text(body)
    assert (protocol, rest[0]) == ("MQTT", 4)
    flags, rest = rest[1], rest[4:]
    _, rest = _text(rest)
    will = login = None
    if flags & 4:
        topic, rest = _text(rest)
        payload, rest = _text(rest)
        will = Published(topic, payload.encode(), flags >> 3 & 3, bool(flags & 32))
    if flags & 128:
        user, rest = _text(rest)
        login = user, _text(rest)[0]
    return will, login
