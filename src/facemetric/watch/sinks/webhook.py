"""Events to a web address: signed, tried again, never in the way of the watch."""

from __future__ import annotations

import http.client
import random
import ssl
import threading
import time
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from facemetric._version import __version__
from facemetric.errors import InputError
from facemetric.watch.sinks.answer import Answer
from facemetric.watch.sinks.outbox import FIRST_WAIT_S, LONGEST_WAIT_S, Outbox, no_tell
from facemetric.watch.sinks.post import UnreachedError, post
from facemetric.watch.sinks.signature import HEADER, sign
from facemetric.watch.sinks.this_machine import is_this_machine
from facemetric.wire.answers import to_json
from facemetric.wire.watch import DeliveryOut, WatchEvent

_AGAIN = {408, 425, 429, 500, 502, 503, 504}


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
        How often one is tried, at most; while the address cannot be reached, as often as it takes.
    timeout_s
        For one try as a whole, however slowly the answer comes.
    drain_s
        How long ``close`` goes on delivering.
    first_wait_s
        Before the second try; then doubled, up to a minute, or what ``Retry-After`` says.
    tell
        Told when nothing is delivered any more, and when it is again; from another thread.
    rng
        Draws the jitter of the waits.
    clock
        Unix time, for the signature.

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
        tell: Callable[[str], None] = no_tell,
        rng: random.Random | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url = _checked(url, plain=plain)
        self._secret = secret
        self._timeout_s = timeout_s
        self._clock = clock
        self._context = ssl.create_default_context() if self._url.scheme == "https" else None
        self._outbox = Outbox(
            f"webhook {self._url.scheme}://{self._url.netloc}",
            self._post,
            tell=tell,
            waiting=waiting,
            attempts=attempts,
            drain_s=drain_s,
            end_s=timeout_s,
            first_wait_s=first_wait_s,
            rng=rng,
        )
        self._outbox.start()

    def send(self, event: WatchEvent) -> None:
        """Leave an event to be delivered."""
        self._outbox.send(event)

    def close(self) -> None:
        """Deliver what waits, for ``drain_s`` at most; the rest counts as dropped."""
        self._outbox.close()

    def delivery(self) -> DeliveryOut:
        """Say what became of the events so far."""
        return self._outbox.delivery()

    def _post(self, event: WatchEvent, _: threading.Event) -> Answer:
        body = to_json(event, indent=None).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"facemetric/{__version__}",
            "X-Facemetric-Event": event.schema_name,
            "X-Facemetric-Delivery": event.event_id,
        }
        if self._secret is not None:
            # Signed anew each time: what was signed long ago is refused as a copy.
            headers[HEADER] = sign(self._secret, body, at_s=int(self._clock()))
        try:
            answer = post(
                self._url, body, headers, timeout_s=self._timeout_s, context=self._context
            )
        except OSError as error:
            counts = not isinstance(error, UnreachedError)
            return Answer(again=True, counts=counts, reason=error.strerror or str(error))
        except http.client.HTTPException:
            return Answer(again=True, reason="what came back is not HTTP")
        return Answer(
            delivered=200 <= answer.status < 300,
            again=answer.status in _AGAIN,
            reason=f"it answered {answer.status}",
            wait_s=_seconds(answer.getheader("Retry-After")),
        )


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
    if parts.scheme == "http" and not plain and not is_this_machine(host):
        raise InputError(
            "over http:// names can be read on the way",
            item="webhook",
            fix="Use https://, or allow it (--webhook-plain)",
        )
    return parts


def _seconds(retry_after: str | None) -> float:
    if retry_after is None or not retry_after.isascii() or not retry_after.isdigit():
        return 0.0
    return min(float(retry_after), LONGEST_WAIT_S)
