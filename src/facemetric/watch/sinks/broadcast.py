"""Events to whoever listens at the moment: the hook for server-sent events."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from facemetric.wire.answers import to_json
from facemetric.wire.watch import DeliveryOut, WatchEvent

_CLOSED = object()


class Broadcast:
    """Hands every event to each subscriber; a subscriber who is slow misses the oldest.

    It may be used from several threads.

    Parameters
    ----------
    keep
        How many of the last events are kept for those who come back.
    waiting
        How many events may wait for one subscriber.
    """

    def __init__(self, *, keep: int = 256, waiting: int = 256) -> None:
        self._kept: deque[WatchEvent] = deque(maxlen=keep)
        self._waiting = waiting
        self._queues: list[queue.Queue[object]] = []
        self._lock = threading.Lock()
        self._delivered = 0
        self._dropped = 0
        self._closed = False

    def send(self, event: WatchEvent) -> None:
        """Hand an event to everybody who listens."""
        with self._lock:
            self._kept.append(event)
            for one in self._queues:
                self._dropped += _push(one, event)
                self._delivered += 1

    @contextmanager
    def subscribe(self, *, last_id: str | None = None) -> Iterator[Subscription]:
        """Listen from now on, or from behind the event ``last_id`` where that is still kept."""
        mine: queue.Queue[object] = queue.Queue(self._waiting)
        with self._lock:
            missed = list(self._kept) if last_id is not None else []
            ids = [event.event_id for event in missed]
            if last_id in ids:
                missed = missed[ids.index(last_id) + 1 :]
            for event in missed:
                self._dropped += _push(mine, event)
                self._delivered += 1
            if self._closed:
                _push(mine, _CLOSED)
            self._queues.append(mine)
        try:
            yield Subscription(mine)
        finally:
            with self._lock:
                self._queues.remove(mine)

    def close(self) -> None:
        """Tell everybody that no more will come."""
        with self._lock:
            self._closed = True
            for one in self._queues:
                _push(one, _CLOSED)

    def delivery(self) -> DeliveryOut:
        """Say how many events were handed on, and how many a slow subscriber missed."""
        with self._lock:
            return DeliveryOut(
                sink="broadcast",
                delivered=self._delivered - self._dropped,
                retried=0,
                dropped=self._dropped,
                failed=0,
            )


class Subscription:
    """The events of one subscriber."""

    def __init__(self, events: queue.Queue[object]) -> None:
        self._events = events
        self.ended = False
        """Whether no more will come."""

    def get(self, timeout_s: float | None = None) -> WatchEvent | None:
        """Return the next event; ``None`` where none came in time, or the broadcast has ended."""
        if self.ended:
            return None
        try:
            event = self._events.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if event is _CLOSED:
            self.ended = True
            return None
        return event  # type: ignore[return-value]  # the queue holds events and _CLOSED


def sse_message(event: WatchEvent) -> str:
    """Return an event as a message of ``text/event-stream`` (WHATWG HTML, 9.2).

    Its ``id`` is the event's, for ``Last-Event-ID``; its ``event`` is the schema's name without
    version, such as ``watch-alert``.
    """
    kind = event.schema_name.partition(".")[2].partition("/")[0]
    return f"id: {event.event_id}\nevent: {kind}\ndata: {to_json(event, indent=None)}\n\n"


def _push(to: queue.Queue[object], event: object) -> int:
    """Put at the end, making room at the front; return how many were dropped."""
    dropped = 0
    while True:
        try:
            to.put_nowait(event)
            return dropped
        except queue.Full:
            try:
                to.get_nowait()
                dropped += 1
            except queue.Empty:
                continue
