"""A thread that reads one source: a file in full, a live source as it comes, again when lost."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from facemetric.errors import FacemetricError, SourceError
from facemetric.watch.capture import TIMEOUT_S, open_capture, upright_pixels
from facemetric.watch.fileclock import FileClock
from facemetric.watch.frame import Frame
from facemetric.watch.inbox import Inbox
from facemetric.watch.source import Source
from facemetric.wire.watch import SourceState

Tell = Callable[[int, SourceState, str | None], None]
"""Called with the source's number, its state and the reason, from the reader's thread."""

LONGEST_WAIT_S = 30.0


class Reader:
    """A thread that reads one source into the inbox until it ends or is stopped.

    Parameters
    ----------
    number, source
        Which source.
    inbox
        Where every ``every``-th frame goes.
    tell
        Is told when the source opens, is lost and has ended.
    every
        Look at every so many frames.
    realtime
        Read a file at its own speed and drop what comes too late, as a camera's.
    started
        When a file's recording began; ``None``: now.
    give_up_s
        A live source that has been away for so long has ended; never where ``None``.
    rng
        Draws the jitter of the waits, so that many cameras do not come back at once.
    timeout_s
        How long opening a source, and waiting for its next frame, may take.
    first_wait_s
        Before a lost source is opened again; then doubled, up to half a minute.

    Attributes
    ----------
    frames, reconnects
        How many frames were decoded, and how often the source came back.
    stream_s, time
        When the newest frame was: since the source began, and in UTC.
    error
        Why it could not be read, or could not be read on.
    defect
        What ended the thread that should not have.
    """

    def __init__(
        self,
        number: int,
        source: Source,
        inbox: Inbox,
        *,
        tell: Tell,
        every: int,
        realtime: bool,
        started: datetime | None,
        give_up_s: float | None,
        rng: random.Random,
        timeout_s: float = TIMEOUT_S,
        first_wait_s: float = 0.5,
    ) -> None:
        self.number = number
        self.source = source
        self.frames = 0
        self.reconnects = 0
        self.stream_s = 0.0
        self.time = started or datetime.now(UTC)
        self.error: FacemetricError | None = None
        self.defect: Exception | None = None
        self._inbox = inbox
        self._tell = tell
        self._every = every
        self._realtime = realtime
        self._started = started
        self._give_up_s = give_up_s
        self._rng = rng
        self._timeout_s = timeout_s
        self._first_wait_s = first_wait_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"reader-{number}", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._thread.is_alive()

    def join(self, timeout_s: float) -> None:
        """Wait for the end."""
        self._thread.join(timeout_s)

    def stop(self) -> None:
        """Ask the thread to end: at the next frame, or when a read times out."""
        self._stopping.set()

    def _run(self) -> None:
        reason = None
        try:
            if self.source.live:
                reason = self._follow()
            else:
                self._read_file()
        except FacemetricError as error:
            self.error = error
            reason = error.cause
        except Exception as error:  # a defect: raised again where the watch runs
            self.defect = error
        finally:
            self._tell(self.number, "ended", reason)
            self._inbox.end(self.number)

    def _read_file(self) -> None:
        began = self.time = self._started or datetime.now(UTC)
        start = time.monotonic()
        with open_capture(self.source, timeout_s=self._timeout_s) as capture:
            self._tell(self.number, "open", None)
            clock = FileClock(capture.step_s)
            for frame in capture.frames:
                if self._stopping.is_set():
                    return
                self.stream_s = clock.at(frame.time)
                if self._realtime:
                    self._stopping.wait(max(0.0, start + self.stream_s - time.monotonic()))
                self.time = began + timedelta(seconds=self.stream_s)
                if self._due():
                    leave = self._inbox.offer if self._realtime else self._inbox.put
                    leave(self._frame(frame))
        if not self.frames:
            raise SourceError("it has no frame that can be read", item=self.source.name)

    def _follow(self) -> str | None:
        """Read a live source, and open it again whenever it is lost."""
        start = time.monotonic()
        wait_s, away_since = self._first_wait_s, start
        while not self._stopping.is_set():
            reason = "the stream ended"
            before = self.frames
            try:
                self._read_live(start)
            except SourceError as error:
                reason = error.cause
            if self._stopping.is_set():
                break
            now = time.monotonic()
            if self.frames > before:
                wait_s, away_since = self._first_wait_s, now
                self._tell(self.number, "lost", reason)
            elif before == 0 and wait_s == self._first_wait_s:
                self._tell(self.number, "lost", reason)
            if self._give_up_s is not None and now - away_since >= self._give_up_s:
                if not self.frames:  # it was never there: an error, as with a file
                    raise SourceError(reason, item=self.source.name)
                return reason
            self._stopping.wait(wait_s * self._rng.uniform(0.75, 1.25))
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        return None

    def _read_live(self, start: float) -> None:
        opened = False
        with open_capture(self.source, timeout_s=self._timeout_s) as capture:
            for frame in capture.frames:
                if self._stopping.is_set():
                    return
                if not opened:
                    opened = True
                    self.reconnects += self.frames > 0
                    self._tell(self.number, "open", None)
                self.stream_s = time.monotonic() - start
                self.time = datetime.now(UTC)
                if self._due():
                    self._inbox.offer(self._frame(frame))

    def _frame(self, frame: Any) -> Frame:
        return Frame(self.number, upright_pixels(frame), self.stream_s, self.time)

    def _due(self) -> bool:
        self.frames += 1
        return (self.frames - 1) % self._every == 0
