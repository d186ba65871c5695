"""A web server on this machine that answers as it is told, and keeps what it got."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Hooks:
    """What came in, and what is answered: the last answer for good."""

    answers: list[tuple[int, dict[str, str], bytes]]
    url: str = ""
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Return the next answer."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def serving(*answers: tuple[int, dict[str, str], bytes] | int, port: int = 0) -> Iterator[Hooks]:
    """Serve on a port, a free one where it is 0, until the end of the block."""
    told = [(one, {}, b"") if isinstance(one, int) else one for one in answers]
    hooks = Hooks(list(told))

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            hooks.requests.append((self.path, dict(self.headers), self.rfile.read(length)))
            status, headers, body = hooks.answer()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET = _serve

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    hooks.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hooks
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def bodies(requests: Sequence[tuple[str, dict[str, str], bytes]]) -> list[bytes]:
    """Return what was posted."""
    return [body for _, _, body in requests]
