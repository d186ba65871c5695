"""Events that wait for a thread that delivers them, one after the other."""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable

from facemetric.watch.sinks.answer import Answer
from facemetric.wire.watch import DeliveryOut, WatchEvent

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 60.0

Try = Callable[[WatchEvent, threading.Event], Answer]
"""Tries to deliver an event once; to come back soon where the flag is set."""


def no_tell(text: str) -> None:
    """Tell nobody."""


class Outbox:
    """Keeps events in order until they are delivered; the oldest go when there are too many.

    What was not taken is tried again with doubled waits. Everything is counted. Trouble is told of
    once, and again when an event is delivered after it.

    Parameters
    ----------
    name
        What ``delivery`` and ``tell`` call it.
    attempt
        Delivers one event, in a thread of the outbox's own.
    tell
        Called with a sentence, from any thread.
    waiting
        How many events may wait, besides the one in work.
    attempts
        How often one is tried, at most; tries that reach nobody do not count.
    drain_s
        How long ``close`` goes on delivering.
    end_s
        How long ``close`` then waits for the try that is under way.
    first_wait_s
        Before the second try; then doubled, up to a minute.
    rng
        Draws the jitter of the waits.
    """

    def __init__(
        self,
        name: str,
        attempt: Try,
        *,
        tell: Callable[[str], None] = no_tell,
        waiting: int,
        attempts: int,
        drain_s: float,
        end_s: float,
        first_wait_s: float = FIRST_WAIT_S,
        rng: random.Random | None = None,
    ) -> None:
        self._name = name
        self._attempt = attempt
        self._tell = tell
        self._most = waiting
        self._attempts = attempts
        self._drain_s = drain_s
        self._end_s = end_s
        self._first_wait_s = first_wait_s
        self._rng = rng or random.Random()
        self._queue: deque[WatchEvent] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._hurry = threading.Event()
        self._delivered = self._retried = self._dropped = self._failed = 0
        self._troubled = False
        self._defect: Exception | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def send(self, event: WatchEvent) -> None:
        """Leave an event to be delivered; a defect that ended the thread is raised here."""
        with self._changed:
            if self._defect is not None:
                raise self._defect
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
        self._thread.join(self._end_s)
        with self._changed:
            self._dropped += len(self._queue)
            self._queue.clear()

    def delivery(self) -> DeliveryOut:
        """Say what became of the events so far."""
        with self._changed:
            return DeliveryOut(
                sink=self._name,
                delivered=self._delivered,
                retried=self._retried,
                dropped=self._dropped,
                failed=self._failed,
            )

    def trouble(self, reason: str) -> None:
        """Tell why nothing is delivered, unless that was told."""
        with self._changed:
            told, self._troubled = self._troubled, True
        if not told:
            self._tell(f"{self._name}: {reason}")

    def _well(self) -> None:
        with self._changed:
            told, self._troubled = self._troubled, False
        if told:
            self._tell(f"{self._name}: events are delivered again")

    def _run(self) -> None:
        try:
            while (event := self._take()) is not None:
                delivered = self._deliver(event)
                with self._changed:
                    self._delivered += delivered
                    self._failed += not delivered
        except Exception as error:  # a defect: raised again where events are sent
            with self._changed:
                self._defect = error
                self._failed += 1
            self.trouble(f"it has ended by a defect: {error!r}")

    def _take(self) -> WatchEvent | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closing)
            return self._queue.popleft() if self._queue and not self._hurry.is_set() else None

    def _deliver(self, event: WatchEvent) -> bool:
        counted, wait_s = 0, self._first_wait_s
        while True:
            answer = self._attempt(event, self._hurry)
            if answer.delivered:
                self._well()
                return True
            self.trouble(answer.reason)
            counted += answer.counts
            if not answer.again or counted >= self._attempts:
                return False
            pause_s = max(wait_s * self._rng.uniform(0.75, 1.25), answer.wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)
            if self._hurry.wait(pause_s):
                return False
            with self._changed:
                self._retried += 1
