"""Where frames wait to be looked at: never more than one or two of a source."""

from __future__ import annotations

import threading
from collections import deque

from facemetric.watch.frame import Frame

_WAITING = 2


class Inbox:
    """Frames of several sources, taken in turns.

    Parameters
    ----------
    sources
        How many sources there are.
    """

    def __init__(self, sources: int) -> None:
        self._frames: list[deque[Frame]] = [deque() for _ in range(sources)]
        self._open = set(range(sources))
        self._next = 0
        self._closed = False
        self._changed = threading.Condition()
        self.dropped = [0] * sources
        """Frames of each source that gave way to a newer one."""

    def offer(self, frame: Frame) -> None:
        """Leave the newest frame of a live source; one that still waits is dropped and counted."""
        with self._changed:
            waiting = self._frames[frame.source]
            self.dropped[frame.source] += len(waiting)
            waiting.clear()
            waiting.append(frame)
            self._changed.notify_all()

    def put(self, frame: Frame) -> None:
        """Leave a frame that must be looked at; waits while two of its source are there."""
        with self._changed:
            waiting = self._frames[frame.source]
            self._changed.wait_for(lambda: self._closed or len(waiting) < _WAITING)
            if not self._closed:
                waiting.append(frame)
                self._changed.notify_all()

    def end(self, source: int) -> None:
        """Say that a source has ended."""
        with self._changed:
            self._open.discard(source)
            self._changed.notify_all()

    def close(self) -> None:
        """Take no more frames, and let nobody wait; what is there is thrown away."""
        with self._changed:
            self._closed = True
            for waiting in self._frames:
                waiting.clear()
            self._changed.notify_all()

    def take(self, timeout_s: float) -> Frame | None:
        """Return the next frame, from each source in turn; ``None`` where none came in time."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended or any(self._frames), timeout_s)
            for step in range(len(self._frames)):
                source = (self._next + step) % len(self._frames)
                if self._frames[source]:
                    self._next = source + 1
                    frame = self._frames[source].popleft()
                    self._changed.notify_all()
                    return frame
            return None

    def drained(self, source: int) -> bool:
        """Whether a source has ended and none of its frames is left."""
        return source not in self._open and not self._frames[source]

    @property
    def ended(self) -> bool:
        """Whether no frame is left and none will come."""
        return self._closed or all(map(self.drained, range(len(self._frames))))
