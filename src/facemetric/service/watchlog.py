"""Events that ``facemetric watch --jsonl`` wrote: the last ones, and those that come."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from facemetric.errors import SourceError
from facemetric.service.events import log
from facemetric.wire import WatchEvent, to_json

POLL_S = 0.5
BEAT_S = 15.0
_MOST_BYTES = 64 << 20
"""Of a longer file the end is read: some hundred thousand events."""
_EVENT: TypeAdapter[WatchEvent] = TypeAdapter(WatchEvent)


class WatchLog:
    """A file of events that another process writes.

    Parameters
    ----------
    path
        The file; it may come later.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def last(self, limit: int, *, kind: str | None = None) -> list[WatchEvent]:
        """Return the last events, oldest first; SourceError where the file cannot be read."""
        events, _ = self._read(0)
        wanted = (one for one in events if kind is None or kind_of(one) == kind)
        return list(deque(wanted, maxlen=limit))

    async def follow(
        self, *, last_id: str | None, ended: Callable[[], bool]
    ) -> AsyncIterator[WatchEvent | None]:
        """Yield events from now on, or from behind ``last_id``; ``None`` now and then.

        Goes on until ``ended``. A file that was put in the place of the old one is read from its
        beginning.
        """
        missed, position = await asyncio.to_thread(self._read, 0)
        if last_id is not None:
            ids = [event.event_id for event in missed]
            for event in missed[ids.index(last_id) + 1 :] if last_id in ids else ():
                yield event
        silent_s, known = 0.0, self._inode()
        yield None  # so that the head of the answer goes out
        while not ended():
            await asyncio.sleep(POLL_S)
            silent_s += POLL_S
            there = self._inode()
            if there != known or self._size() < position:
                position, known = 0, there
            if self._size() > position:
                events, position = await asyncio.to_thread(self._read, position)
                for event in events:
                    yield event
                    silent_s = 0.0
            if silent_s >= BEAT_S:
                yield None
                silent_s = 0.0

    def _read(self, start: int) -> tuple[list[WatchEvent], int]:
        """Return the events of whole lines from a position on, and where the next one begins."""
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                begin = max(start, size - _MOST_BYTES)
                file.seek(begin)
                data = file.read(size - begin)
        except FileNotFoundError:
            return [], 0
        except OSError as error:
            raise SourceError(
                f"cannot be read: {error.strerror}", item="events", fix="Ask its operator"
            ) from error
        whole = data[: data.rfind(b"\n") + 1]
        lines = whole.splitlines()
        if begin > start:
            lines = lines[1:]  # its beginning is missing
        return list(_events(lines)), begin + len(whole)

    def _size(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def _inode(self) -> int | None:
        try:
            return self.path.stat().st_ino
        except OSError:
            return None


def kind_of(event: WatchEvent) -> str:
    """Return ``"alert"``, ``"left"``, ``"unknown"`` or ``"source"``."""
    return event.schema_name.partition("watch-")[2].partition("/")[0]


def message(event: WatchEvent | None) -> str:
    """Return an event as a message of ``text/event-stream``; without one, a comment."""
    if event is None:
        return ": still here\n\n"
    return (
        f"id: {event.event_id}\nevent: watch-{kind_of(event)}\n"
        f"data: {to_json(event, indent=None)}\n\n"
    )


def _events(lines: list[bytes]) -> Iterator[WatchEvent]:
    unreadable = 0
    for line in lines:
        if b'"facemetric.watch-summary/' in line[:64]:
            continue
        try:
            yield _EVENT.validate_json(line)
        except ValidationError:
            unreadable += 1
    if unreadable:
        log(logging.WARNING, "unreadable events", lines=unreadable)
