"""A service in a process of its own, and callers who send it photographs."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HERE = Path(__file__).parent


class Serving:
    """``facemetric serve`` for one gallery; ``ready_s`` is how long it took to answer."""

    def __init__(self, gallery: Path, *options: str) -> None:
        command = [sys.executable, "-m", "facemetric", "serve", "--json", "--port", "0"]
        command += ["--gallery", f"main={gallery}", "--keys", str(gallery.with_name("no-keys.db"))]
        started = time.perf_counter()
        log = gallery.with_name("service.log").open("a")
        self.process = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=log, text=True
        )
        log.close()
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("}"):
                break
        told = json.loads("".join(lines))
        self.url, self.key = told["url"], told["key"]
        self.ready_s = time.perf_counter() - started

    def resident_bytes(self) -> int:
        """Return its resident memory."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def kill(self) -> None:
        """End it at once (SIGKILL)."""
        self.process.kill()
        self.process.wait(30)
        self.process.stdout.close()


class Caller:
    """One connection that stays open."""

    def __init__(self, url: str, key: str | None) -> None:
        self._address = urlsplit(url).netloc
        self.key = key
        self._connection = http.client.HTTPConnection(self._address, timeout=120)

    def post(
        self, path: str, body: bytes, kind: str = "image/jpeg", *, method: str = "POST"
    ) -> tuple[int, bytes]:
        headers = {"Content-Type": kind}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def close(self) -> None:
        self._connection.close()


@dataclass
class Load:
    """What came of calling: seconds of each answer, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    wall_s: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.wall_s

    def percentile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]

    def as_json(self) -> dict[str, Any]:
        p50, p99 = self.percentile(0.5), self.percentile(0.99)
        return {
            "requests": len(self.seconds),
            "errors": len(self.errors),
            "first_errors": self.errors[:5],
            "per_s": round(self.rate, 2),
            "p50_ms": round(p50 * 1e3, 1),
            "p99_ms": round(p99 * 1e3, 1),
            "p99_to_p50": round(p99 / p50, 2),
        }


def call(
    url: str,
    key: str | None,
    path: str,
    photos: Sequence[bytes],
    *,
    clients: int,
    seconds: float | None = None,
    requests: int | None = None,
    tell: Callable[[int], None] = lambda done: None,
) -> Load:
    """Have clients send photographs, each the next one once it has an answer, for so long."""
    load, lock = Load(), threading.Lock()
    asked = 0
    began = time.perf_counter()

    def next_photo() -> bytes | None:
        nonlocal asked
        with lock:
            over = seconds is not None and time.perf_counter() - began >= seconds
            if over or (requests is not None and asked >= requests):
                return None
            asked += 1
            tell(asked)
            return photos[asked % len(photos)]

    def work() -> None:
        caller = Caller(url, key)
        while (photo := next_photo()) is not None:
            started = time.perf_counter()
            try:
                status, body = caller.post(path, photo)
            except OSError as error:
                status, body = 0, str(error).encode()
                caller.close()
            taken = time.perf_counter() - started
            with lock:
                if status == 200:
                    load.seconds.append(taken)
                else:
                    load.errors.append(f"{status} {body[:200]!r}")
        caller.close()

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.wall_s = time.perf_counter() - began
    return load
