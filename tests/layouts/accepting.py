"""Connections to a server of a test, each on a thread of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def accepting(
    listening: socket.socket,
    serve: Callable[[socket.socket], None],
    *,
    hang_up: Callable[[], None],
) -> Iterator[None]:
    """Serve who connects until the block ends; then ``hang_up`` must bring each ``serve`` home."""
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=[connection]))
            threads[-1].start()

    threads.append(threading.Thread(target=accept))
    threads[0].start()
    try:
        yield
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        threads[0].join()
        hang_up()
        for thread in threads:
            thread.join()
