"""Who listens to a stream of events: a bounded number."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from facemetric.service.problem import Problem


class Listeners:
    """Counts open streams; used from the event loop alone.

    Parameters
    ----------
    most, most_of_key
        Streams that may be open, of all keys and of one.

    Attributes
    ----------
    held
        How many each key has.
    """

    def __init__(self, *, most: int, most_of_key: int) -> None:
        self.most = most
        self.most_of_key = most_of_key
        self.held: Counter[str] = Counter()

    def take(self, key_id: str) -> None:
        """Take a place for a key, to be left once; a Problem 429 where there is none."""
        if self.held.total() >= self.most:
            raise _busy(f"{self.most} streams are open")
        if self.held[key_id] >= self.most_of_key:
            raise _busy(f"{self.most_of_key} streams of this key are open")
        self.held[key_id] += 1

    def leave(self, key_id: str) -> None:
        """Leave a place that was taken."""
        self.held[key_id] -= 1
        self.held += Counter()  # keys without any are forgotten


class Stream(StreamingResponse):
    """Events as they come; leaves the place that was taken for it, also if nothing can be sent."""

    def __init__(self, content: AsyncIterator[str], *, listeners: Listeners, key_id: str) -> None:
        # A proxy such as nginx would hold events back until its buffer is full.
        headers = {"X-Accel-Buffering": "no"}
        super().__init__(content, headers=headers, media_type="text/event-stream")
        self._listeners = listeners
        self._key_id = key_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the caller leaves or the events end."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._listeners.leave(self._key_id)


def _busy(detail: str) -> Problem:
    return Problem(
        429,
        "busy",
        detail,
        fix="Close one, or ask for the list of events",
        headers={"Retry-After": "30"},
    )
