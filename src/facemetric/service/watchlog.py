"""Events that ``facemetric watch --jsonl`` wrote: the last ones, and those that come."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial
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
_HEAD_BYTES = 64
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

    def last(
        self, limit: int, *, kind: str | None = None, check: Callable[[], None] = lambda: None
    ) -> list[WatchEvent]:
        """Return the last events, oldest first; SourceError where the file cannot be read.

        ``check`` is called now and then: what it raises ends the reading.
        """
        wanted = None if kind is None else _begins_with(kind)

        def lines() -> Iterator[bytes]:
            for part in self._parts_back():
                check()
                for line in reversed(part):
                    if wanted is None or wanted in line[:_HEAD_BYTES]:
                        yield line

        return list(islice(_events(lines()), limit))[::-1]

    async def follow(
        self, *, last_id: str | None, ended: Callable[[], bool]
    ) -> AsyncIterator[WatchEvent | None]:
        """Yield events from now on, or from behind ``last_id``; ``None`` now and then.

        Goes on until ``ended``. A file that was put in the place of the old one is read from its
        beginning.
        """
        place = self._end if last_id is None else partial(self._behind, last_id)
        position = await asyncio.to_thread(place)
        silent_s, known = 0.0, self._inode()
        yield None  # so that the head of the answer goes out
        while not ended():
            there = self._inode()
            if there != known or self._size() < position:
                position, known = 0, there
            while self._size() > position and not ended():
                # A part at a time: a caller who is slow holds no more than that.
                lines, behind = await asyncio.to_thread(self._read, position)
                for event in _events(lines):
                    yield event
                    silent_s = 0.0
                del lines
                if behind == position:
                    break  # the line is not written to its end
                position = behind
            if silent_s >= BEAT_S:
                yield None
                silent_s = 0.0
            await asyncio.sleep(POLL_S)
            silent_s += POLL_S

    def _parts_back(self) -> Iterator[list[bytes]]:
        """Yield the whole lines of the file in parts, the last part first."""
        try:
            with self.path.open("rb") as file:
                end = file.seek(0, os.SEEK_END)
                floor = max(0, end - _MOST_BYTES)
                rest, written = b"", False
                while end > floor:
                    start = max(floor, end - _MOST_LINE_BYTES)
                    file.seek(start)
                    data = file.read(end - start) + rest
                    if not written:  # the last line may be without its end yet
                        data = data[: data.rfind(b"\n") + 1]
                        written = bool(data)
                    lines = data.splitlines(keepends=True)
                    rest = lines.pop(0) if start and lines else b""
                    if len(rest) > _MOST_LINE_BYTES:
                        rest = b""  # no event is so long
                    yield lines
                    end = start
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unreadable(error) from error

    def _behind(self, last_id: str) -> int:
        """Return where the line behind an event begins; the end where the event is not there."""
        needle = last_id.encode("utf-8", "surrogatepass")
        position = max(0, self._size() - _MOST_BYTES)
        found = None
        while True:
            lines, behind = self._read(position)
            if behind == position:
                return position if found is None else found
            place = behind
            for line in reversed(lines):
                if needle in line and any(one.event_id == last_id for one in _events([line])):
                    found = place
                    break
                place -= len(line)
            position = behind

    def _end(self) -> int:
        """Return where the next line begins."""
        return self._read(max(0, self._size() - _MOST_LINE_BYTES))[1]

    def _read(self, start: int) -> tuple[list[bytes], int]:
        """Return whole lines from a position on, and where the next one begins.

        A part of the file at most; a line that is longer is passed over in parts.
        """
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                begin = max(start, size - _MOST_BYTES)
                file.seek(begin)
                data = file.read(min(size - begin, _MOST_LINE_BYTES))
        except FileNotFoundError:
            return [], 0
        except OSError as error:
            raise _unreadable(error) from error
        whole = data[: data.rfind(b"\n") + 1]
        if not whole and len(data) == _MOST_LINE_BYTES:
            return [], begin + _MOST_LINE_BYTES
        lines = whole.splitlines(keepends=True)
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
    """Return ``"alert"``, ``"left"``, ``"unknown"``, ``"source"`` or ``"list"``."""
    return event.schema_name.partition("watch-")[2].partition("/")[0]


def message(event: WatchEvent | None) -> str:
    """Return an event as a message of ``text/event-stream``; without one, a comment."""
    if event is None:
        return ": still here\n\n"
    return (
        f"id: {event.event_id}\nevent: watch-{kind_of(event)}\n"
        f"data: {to_json(event, indent=None)}\n\n"
    )


def _begins_with(kind: str) -> bytes:
    """Return what stands at the beginning of each line of a kind."""
    return f'"facemetric.watch-{kind}/'.encode()


def _unreadable(error: OSError) -> SourceError:
    return SourceError(f"cannot be read: {error.strerror}", item="events", fix="Ask its operator")


def _events(lines: Iterable[bytes]) -> Iterator[WatchEvent]:
    unreadable = 0
    for line in lines:
        if _begins_with("summary") in line[:_HEAD_BYTES]:
            continue
        try:
            yield _EVENT.validate_json(line)
        except ValidationError:
            unreadable += 1
    if unreadable:
        log(logging.WARNING, "unreadable events", lines=unreadable)
