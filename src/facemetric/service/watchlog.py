"""Events that ``facemetric watch --jsonl`` wrote: the last ones, and those that come."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from facemetric.errors import SourceError
from facemetric.service.events import log
from facemetric.wire import WatchEvent, to_json

POLL_S = 0.5
BEAT_S = 15.0
_MOST_BYTES = 64 << 20
"""Of a longer file the end is read: some hundred thousand events."""
_MOST_LINE_BYTES = 1 << 20
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
        lines, _ = self._read(0)
        events = _events(reversed(lines))
        wanted = (one for one in events if kind is None or kind_of(one) == kind)
        return list(islice(wanted, limit))[::-1]

    async def follow(
        self, *, last_id: str | None, ended: Callable[[], bool]
    ) -> AsyncIterator[WatchEvent | None]:
        """Yield events from now on, or from behind ``last_id``; ``None`` now and then.

        Goes on until ``ended``. A file that was put in the place of the old one is read from its
        beginning.
        """
        if last_id is None:
            position = await asyncio.to_thread(self._end)
        else:
            missed, position = await asyncio.to_thread(self._behind, last_id)
            for event in _events(missed):
                yield event
            del missed  # a stream goes on for days
        silent_s, known = 0.0, self._inode()
        yield None  # so that the head of the answer goes out
        while not ended():
            await asyncio.sleep(POLL_S)
            silent_s += POLL_S
            there = self._inode()
            if there != known or self._size() < position:
                position, known = 0, there
            if self._size() > position:
                lines, position = await asyncio.to_thread(self._read, position)
                for event in _events(lines):
                    yield event
                    silent_s = 0.0
                del lines
            if silent_s >= BEAT_S:
                yield None
                silent_s = 0.0

    def _behind(self, last_id: str) -> tuple[list[bytes], int]:
        """Return the lines behind an event, none where it is not there, and where the next begins.

        Lines are parsed as they are sent: as events, a long file takes many times its size.
        """
        lines, position = self._read(0)
        needle = last_id.encode("utf-8", "surrogatepass")
        for index in reversed(range(len(lines))):
            if needle in lines[index] and any(
                event.event_id == last_id for event in _events(lines[index : index + 1])
            ):
                return lines[index + 1 :], position
        return [], position

    def _end(self) -> int:
        """Return where the next line begins."""
        return self._read(max(0, self._size() - _MOST_LINE_BYTES))[1]

    def _read(self, start: int) -> tuple[list[bytes], int]:
        """Return the whole lines from a position on, and where the next one begins."""
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
        return lines, begin + len(whole)

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


def _events(lines: Iterable[bytes]) -> Iterator[WatchEvent]:
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
