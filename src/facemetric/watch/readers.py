"""All readers of a watch: begun, ended, and what became of their sources."""

from __future__ import annotations

import queue
import random
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from facemetric.errors import FacemetricError
from facemetric.watch.inbox import Inbox
from facemetric.watch.reader import Reader
from facemetric.watch.source import Source
from facemetric.wire.watch import SourceState, WatchSourceOut

_END_S = 2.0


class Readers:
    """A thread for each source; see ``Reader`` for the options."""

    def __init__(
        self,
        sources: Sequence[Source],
        inbox: Inbox,
        *,
        every: int,
        realtime: bool,
        started: datetime | None,
        give_up_s: float | None,
        seed: int,
    ) -> None:
        self._inbox = inbox
        self._told: queue.SimpleQueue[tuple[int, SourceState, str | None]] = queue.SimpleQueue()
        self._ended: dict[int, str | None] = {}
        self._readers = [
            Reader(
                number,
                source,
                inbox,
                tell=lambda *state: self._told.put(state),
                every=every,
                realtime=realtime,
                started=started,
                give_up_s=give_up_s,
                rng=random.Random(f"{seed} {number}"),
            )
            for number, source in enumerate(sources)
        ]
        self._live = [source.live or realtime for source in sources]

    def __iter__(self) -> Iterator[Reader]:
        return iter(self._readers)

    @property
    def flowing(self) -> list[int]:
        """Numbers of the sources whose time goes on while no frame comes."""
        return [one.number for one in self._readers if self._live[one.number] and one.frames]

    def start(self) -> None:
        """Begin to read."""
        for reader in self._readers:
            reader.start()

    def end(self) -> None:
        """Stop reading, and take no more frames."""
        for reader in self._readers:
            reader.stop()
        self._inbox.close()
        end_s = time.monotonic() + _END_S
        for reader in self._readers:
            reader.join(max(0.0, end_s - time.monotonic()))
            if reader.alive:
                # Blocked in a read that will time out: a daemon, which is left behind.
                self._told.put((reader.number, "ended", None))
                self._inbox.end(reader.number)

    def opened_and_lost(self) -> Iterator[WatchSourceOut]:
        """Yield what has become of the sources since the last time, but for their ends.

        An error in a reader that is nobody's fault but the program's is raised here.
        """
        while True:
            try:
                number, state, reason = self._told.get_nowait()
            except queue.Empty:
                return
            defect = self._readers[number].defect
            if defect is not None:
                raise defect
            if state == "ended":
                self._ended[number] = reason
            else:
                yield self._event(number, state, reason)

    def ended(self) -> Iterator[tuple[int, WatchSourceOut]]:
        """Yield the sources that have ended and of which no frame waits any more, each once."""
        for number in [number for number in self._ended if self._inbox.drained(number)]:
            yield number, self._event(number, "ended", self._ended.pop(number))

    def error(self) -> FacemetricError | None:
        """Return why nothing could be read of any source; ``None`` where something was."""
        errors = [reader.error for reader in self._readers if reader.error is not None]
        return errors[0] if errors and not any(reader.frames for reader in self._readers) else None

    def _event(self, number: int, state: SourceState, reason: str | None) -> WatchSourceOut:
        reader = self._readers[number]
        return WatchSourceOut(
            event_id=str(uuid4()),
            source=reader.source.name,
            at=reader.time.isoformat(timespec="milliseconds"),
            stream_s=round(reader.stream_s, 3),
            state=state,
            reason=reason,
        )
