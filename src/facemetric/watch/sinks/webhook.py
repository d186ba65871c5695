"""Events to a web address: signed, tried again, never in the way of the watch."""

from __future__ import annotations

import http.client
import ipaddress
import random
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from facemetric._version import __version__
from facemetric.errors import InputError
from facemetric.watch.sinks.signature import HEADER, sign
from facemetric.wire.answers import to_json
from facemetric.wire.watch import DeliveryOut, WatchEvent

_AGAIN = {408, 425, 429, 500, 502, 503, 504}
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 60.0


class Webhook:
    """Posts each event as JSON from a thread of its own, in order.

    What cannot be delivered is tried again with doubled waits; an answer 4xx that waiting does not
    heal, or a redirect (never followed), gives an event up. While the address is away events wait;
    the oldest go when there are too many. All of that is counted.

    Parameters
    ----------
    url
        ``https://…``; ``http://`` only to this machine, or with ``plain``.
    secret
        Signs the bodies (``signature.sign``); unsigned where ``None``.
    plain
        Allow ``http://`` to other machines: names can be read on the way.
    waiting
        How many events may wait.
    attempts
        How often one is tried, at most.
    timeout_s
        For connecting and for each answer.
    drain_s
        How long ``close`` goes on delivering.
    first_wait_s
        Before the second try; then doubled, up to a minute, or what ``Retry-After`` says.
    rng
        Draws the jitter of the waits.

    Raises
    ------
    InputError
        The address is not one of a webhook.
    """

    def __init__(
        self,
        url: str,
        *,
        secret: bytes | None = None,
        plain: bool = False,
        waiting: int = 1000,
        attempts: int = 8,
        timeout_s: float = 10.0,
        drain_s: float = 5.0,
        first_wait_s: float = FIRST_WAIT_S,
        rng: random.Random | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url = _checked(url, plain=plain)
        self._secret = secret
        self._attempts = attempts
        self._timeout_s = timeout_s
        self._drain_s = drain_s
        self._first_wait_s = first_wait_s
        self._rng = rng or random.Random()
        self._clock = clock
        self._queue: deque[WatchEvent] = deque()
        self._most = waiting
        self._changed = threading.Condition()
        self._closing = False
        self._hurry = threading.Event()
        self._delivered = self._retried = self._dropped = self._failed = 0
        self._thread = threading.Thread(target=self._deliver_all, name="webhook", daemon=True)
        self._thread.start()

    def send(self, event: WatchEvent) -> None:
        """Leave an event to be delivered."""
        with self._changed:
            if len(self._queue) >= self._most:
                self._queue.popleft()
                self._dropped += 1
            self._queue.append(event)
            self._changed.notify()

    def close(self) -> None:
        """Deliver what waits, for ``drain_s`` at most; the rest counts as dropped."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(self._drain_s)
        self._hurry.set()
        self._thread.join(self._timeout_s)
        with self._changed:
            self._dropped += len(self._queue)
            self._queue.clear()

    def delivery(self) -> DeliveryOut:
        """Say what became of the events so far."""
        with self._changed:
            return DeliveryOut(
                sink=f"webhook {self._url.scheme}://{self._url.netloc.rpartition('@')[2]}",
                delivered=self._delivered,
                retried=self._retried,
                dropped=self._dropped,
                failed=self._failed,
            )

    def _deliver_all(self) -> None:
        while not self._hurry.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._closing)
                if not self._queue:
                    return
                event = self._queue.popleft()
            delivered = self._deliver(event)
            with self._changed:
                self._delivered += delivered
                self._failed += not delivered

    def _deliver(self, event: WatchEvent) -> bool:
        body = to_json(event, indent=None).encode()
        for attempt in range(self._attempts):
            status, retry_after_s = self._post(event, body)
            if status is not None and 200 <= status < 300:
                return True
            if status is not None and status not in _AGAIN:
                return False
            if attempt + 1 == self._attempts:
                return False
            wait_s = min(self._first_wait_s * 2**attempt, LONGEST_WAIT_S)
            wait_s = max(wait_s * self._rng.uniform(0.75, 1.25), retry_after_s)
            if self._hurry.wait(wait_s):
                return False
            with self._changed:
                self._retried += 1
        return False

    def _post(self, event: WatchEvent, body: bytes) -> tuple[int | None, float]:
        """Return the status, ``None`` where there was no answer, and what ``Retry-After`` asks."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"facemetric/{__version__}",
            "X-Facemetric-Event": event.schema_name,
            "X-Facemetric-Delivery": event.event_id,
        }
        if self._secret is not None:
            # Signed anew each time: what was signed long ago is refused as a copy.
            headers[HEADER] = sign(self._secret, body, at_s=int(self._clock()))
        connection = self._connection()
        try:
            connection.request("POST", self._target(), body=body, headers=headers)
            answer = connection.getresponse()
            answer.read(1 << 16)
            return answer.status, _seconds(answer.getheader("Retry-After"))
        except (OSError, http.client.HTTPException):
            return None, 0.0
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "https":
            return http.client.HTTPSConnection(
                host, port, timeout=self._timeout_s, context=ssl.create_default_context()
            )
        return http.client.HTTPConnection(host, port, timeout=self._timeout_s)

    def _target(self) -> str:
        path = self._url.path or "/"
        return f"{path}?{self._url.query}" if self._url.query else path


def _checked(url: str, *, plain: bool) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        (host or "").encode("idna")
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise InputError("expected https://host/path", item="webhook")
    if not (parts.path + parts.query).isascii():
        raise InputError(
            "the path has letters that an address cannot have",
            item="webhook",
            fix="Write them as %XX",
        )
    if parts.username or parts.password:
        raise InputError(
            "the address holds a user or a password, which is not sent",
            item="webhook",
            fix="Sign the events with a secret instead (--webhook-secret)",
        )
    if parts.scheme == "http" and not plain and not _is_this_machine(host):
        raise InputError(
            "over http:// names can be read on the way",
            item="webhook",
            fix="Use https://, or allow it (--webhook-plain)",
        )
    return parts


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _seconds(retry_after: str | None) -> float:
    if retry_after is None or not retry_after.isascii() or not retry_after.isdigit():
        return 0.0
    return min(float(retry_after), LONGEST_WAIT_S)
