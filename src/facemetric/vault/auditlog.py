"""The audit log: a file that grows at its end, each entry chained to the one before."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from facemetric.errors import TamperedError, VaultError
from facemetric.vault.entry import REPAIR, START, UNREADABLE, Chain, Entry, Event, entry_of
from facemetric.vault.filelock import locked
from facemetric.vault.masterkey import MasterKey

GENESIS = "0" * 64
MAX_LINE_BYTES = 16_384
_APPEND = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)


class AuditLog:
    """Appends entries to a log, which several processes and threads may do at a time.

    What `append` returned is on disk. Nothing in the file is ever written over, but for the rest
    of a line that was being written when its process died: it is cut off, and an entry says so.

    Parameters
    ----------
    path
        The file, made for the owner alone where it is absent.
    key
        Entries are chained with HMAC under a key derived from it; without it with plain SHA-256.
        The same for all who write.
    clock
        Returns the time, with a time zone.

    Raises
    ------
    VaultError
        The file cannot be made or written.
    TamperedError
        Its last entry is damaged, or was chained with another key. When appending, also where
        an entry is gone that was there at the append before: the file was cut off.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        key: MasterKey | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.path = Path(path)
        self._chain = Chain(audit_secret(key))
        self._key_id = None if key is None else key.id
        self._clock = clock
        self._lock = threading.Lock()
        # The end of the file when it was last looked at, its last entry, and which file it was.
        self._known: tuple[int, Entry, int] | None = None
        self.append_all(())

    def append(self, event: Event) -> Entry:
        """Enter an event; InputError where it holds more than ids, words and counts."""
        return self.append_all((event,))[0]

    def append_all(self, events: Sequence[Event]) -> list[Entry]:
        """Enter events in their order, at once: one wait for the disk."""
        for event in events:
            event.check()
        try:
            descriptor = os.open(self.path, _APPEND, 0o600)
            with self._lock, os.fdopen(descriptor, "r+b", buffering=0) as file, locked(file):
                return self._append(file, events)
        except OSError as error:
            raise VaultError(
                f"the audit log cannot be written: {error.strerror}",
                item=str(self.path),
                fix="Name a file in a folder that is there, can be written to and has room",
            ) from error

    def _append(self, file: BinaryIO, events: Sequence[Event]) -> list[Entry]:
        end = file.seek(0, os.SEEK_END)
        last, found = None, list[Event]()
        inode = os.fstat(file.fileno()).st_ino
        if self._known is not None and self._known[2] != inode:
            self._known = None  # another file was put in its place
        if self._known is not None and end < self._known[0]:
            raise self._cut_off(self._known[1].number)
        if end == 0:
            found.append(self._start())
        elif self._known is not None and self._known[0] == end:
            last = self._known[1]
        else:
            last, found, end = self._take_up(file, end)
        entries: list[Entry] = []
        for event in (*found, *events):
            previous = entries[-1] if entries else last
            entries.append(self._behind(previous, event))
        if entries:
            data = b"".join(entry.line() for entry in entries)
            self._write(file, data, end)
            end, last = end + len(data), entries[-1]
        assert last is not None
        self._known = (end, last, inode)
        return entries[len(found) :]

    def _start(self) -> Event:
        """Return the first event: a log of its own id, chained with a key of that id."""
        return Event(START, actor=self._key_id, subject=str(uuid4()))

    def _behind(self, previous: Entry | None, event: Event) -> Entry:
        if previous is None:
            return self._chain.entry(event, 1, self._clock(), GENESIS)
        return self._chain.entry(event, previous.number + 1, self._clock(), previous.digest)

    def _write(self, file: BinaryIO, data: bytes, end: int) -> None:
        try:
            written = file.write(data)
            if written != len(data):
                raise OSError(28, "only a part could be written")
            os.fsync(file.fileno())
            if end == 0:
                _keep_name(self.path)
        except OSError:
            self._known = None
            file.truncate(end)
            raise

    def _take_up(self, file: BinaryIO, end: int) -> tuple[Entry | None, list[Event], int]:
        """Return the last entry, what to enter about a line that was cut off, and where to go on.

        A line without an end was never acknowledged.
        """
        start = max(0, end - 2 * MAX_LINE_BYTES)
        file.seek(start)
        tail = file.read(end - start)
        whole, separator, rest = tail.rpartition(b"\n")
        if not separator:
            if start or self._is_other(tail):
                raise self._damaged()
            file.truncate(0)
            return None, [self._start()], 0
        line = whole.rpartition(b"\n")[2] + b"\n"
        last = self._checked(line)
        if not rest:
            return last, [], end
        if (entry := self._follows(last, rest[:-1] + b"\n")) is not None:
            raise self._damaged(number=entry.number)  # its end was changed: not by who wrote it
        file.truncate(end - len(rest))
        return last, [Event(REPAIR, counts={"bytes": len(rest)})], end - len(rest)

    def _checked(self, line: bytes) -> Entry:
        try:
            entry = entry_of(line)
        except UNREADABLE:
            raise self._damaged() from None
        if self._chain.digest(entry) != entry.digest:
            raise self._damaged(number=entry.number)
        return entry

    def _follows(self, last: Entry, line: bytes) -> Entry | None:
        """Return the entry of a line, where it is the one behind ``last``."""
        try:
            entry = entry_of(line)
        except UNREADABLE:
            return None
        fits = (entry.number, entry.previous) == (last.number + 1, last.digest)
        return entry if fits and self._chain.digest(entry) == entry.digest else None

    def _is_other(self, tail: bytes) -> bool:
        """Whether a file without any line is none of ours: then it stays as it is."""
        beginning = b'{"number":1,'
        return not beginning.startswith(tail[: len(beginning)])

    def _cut_off(self, number: int) -> TamperedError:
        return TamperedError(
            f"it was cut off: entry {number}, which was there, is gone",
            item=str(self.path),
            fix="Keep it, find out who did, and begin a new log",
        )

    def _damaged(self, number: int | None = None) -> TamperedError:
        which = "its last entry" if number is None else f"entry {number}"
        return TamperedError(
            f"{which} is damaged, or was chained with another key",
            item=str(self.path),
            fix="Look at it with `facemetric audit verify`, keep it, and begin a new log",
        )


def _keep_name(path: Path) -> None:
    """Have the folder on disk too: a new file is there after a loss of power only with it."""
    if os.name == "posix":
        folder = os.open(path.absolute().parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def audit_secret(key: MasterKey | None) -> bytes | None:
    """Return the secret of a log's chain; `None` without a key."""
    return None if key is None else key.derive("audit log")
