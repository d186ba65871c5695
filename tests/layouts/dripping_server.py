"""A server on this machine that sends what it has byte by byte, slowly."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from layouts.accepting import accepting


@contextmanager
def dripping(sent: bytes, *, pause_s: float) -> Iterator[str]:
    """Yield the address of a server that answers each connection so until the block ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            for byte in sent:
                connection.sendall(bytes([byte]))
                if ended.wait(pause_s):
                    return
            while connection.recv(4096):  # closing on what was not read would reset the line
                pass

    with accepting(listening, answer, hang_up=ended.set):
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
