"""Reading an audit log from its first entry, and telling where it is not as it was written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from facemetric.errors import InputError, KeyMismatchError, VaultError
from facemetric.vault.auditlog import GENESIS, MAX_LINE_BYTES, AuditLog, audit_secret
from facemetric.vault.entry import START, UNREADABLE, Chain, Entry, entry_of
from facemetric.vault.masterkey import MasterKey

CHECKED_LINES = 256
"""Lines between two looks whether to go on."""
_PLAIN = "is not chained with a key"


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry that somebody remembers: how many entries there were, and its digest."""

    number: int
    digest: str

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read ``NUMBER:DIGEST``; InputError where it is none."""
        if not re.fullmatch(r"[1-9][0-9]{0,17}:[0-9a-f]{64}", text):
            raise InputError(f"expected NUMBER:DIGEST, got {text[:80]!r}", item="head")
        number, _, digest = text.partition(":")
        return cls(int(number), digest)

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a log.

    Attributes
    ----------
    entries
        How many are sound, from the first on.
    head
        The last sound one; `None` where there is none.
    bad_entry
        The number of the first entry that is not as it was written; `None` where all are.
    problem
        What is wrong with it, in a sentence.
    """

    entries: int
    head: Head | None
    bad_entry: int | None = None
    problem: str | None = None

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem is None


def verify_log(
    path: str | Path, *, key: MasterKey | None = None, head: Head | None = None
) -> Verdict:
    """Follow a log's chain to its end, or to the first entry that does not fit.

    Parameters
    ----------
    path
        The log. One that is being written to may show the beginning of a line at its end.
    key
        The key that it is chained with; `None` for one that is chained without.
    head
        An entry that was there before: shows whether the log was cut off or written anew since.

    Raises
    ------
    KeyMismatchError
        It says that it is chained with a key, and that was not given.
    VaultError
        It cannot be read.
    """
    if key is None:
        _check_needs_no_key(path)
    elif _is_plain(path):
        return Verdict(0, None, 1, f"{_PLAIN}: the log was written anew, or begun without one")
    chain = Chain(audit_secret(key))
    sound: Entry | None = None
    number = 0
    for number, line in enumerate(_lines(path), 1):
        problem = _problem(chain, number, line, sound)
        if problem is None:
            sound = entry_of(line)
            if head is not None and number == head.number and head.digest != sound.digest:
                problem = "is not the one that is remembered: the log was written anew"
        if problem is not None:
            return Verdict(number - 1, _head(sound), number, problem)
    if sound is None:
        return Verdict(0, None, 1, "is missing: the log is empty")
    if head is not None and number < head.number:
        problem = f"is missing: the log is cut off, it had {head.number} entries"
        return Verdict(number, _head(sound), number + 1, problem)
    return Verdict(number, _head(sound))


def read_log(
    path: str | Path, *, about: str | None = None, check: Callable[[], None] = lambda: None
) -> Iterator[Entry]:
    """Yield a log's entries without following the chain; VaultError at one that is none.

    Others may write meanwhile: a line at the end that is being written is left out. With
    ``about``, lines that do not hold this id are passed over. ``check`` is called now and then,
    also while lines are passed over; what it raises ends the reading.
    """
    wanted = (about or "").encode("utf-8", "replace")
    for number, line in enumerate(_lines(path), 1):
        if number % CHECKED_LINES == 1:
            check()
        if not line.endswith(b"\n") and len(line) < MAX_LINE_BYTES:
            return
        if wanted in line:
            yield parsed(line, path, which=f"entry {number}")


def parsed(line: bytes, path: str | Path, *, which: str) -> Entry:
    """Return the entry of a line; VaultError where it is none."""
    try:
        return entry_of(line)
    except UNREADABLE:
        raise VaultError(f"{which} cannot be read", item=str(path), fix="Verify the log") from None


def _problem(chain: Chain, number: int, line: bytes, before: Entry | None) -> str | None:
    if not line.endswith(b"\n"):
        return "is cut off, or its end was changed"
    try:
        entry = entry_of(line)
    except UNREADABLE:
        return "is no entry: it was changed"
    if type(entry.number) is not int or entry.number != number:
        return f"is numbered {entry.number!r}: it was changed, or entries are missing or moved"
    if entry.previous != (GENESIS if before is None else before.digest):
        return "does not follow the one before: it was changed, or entries are missing or moved"
    if chain.digest(entry) != entry.digest:
        return "was changed, or is not chained with this key"
    if (number == 1) != (entry.event.action == START):
        return "does not begin the log"
    return None


def log_key_id(path: str | Path) -> str | None:
    """Return the id of the key that a log says it is chained with; `None`: none, or no log."""
    if not Path(path).exists():
        return None
    for line in _lines(path):
        try:
            event = entry_of(line).event
        except UNREADABLE:
            return None
        return event.actor if event.action == START else None
    return None


def open_log(path: str | Path, *, key: MasterKey | None = None, plain: bool = False) -> AuditLog:
    """Open a log to append to: a new one is chained with the key, where there is one.

    Parameters
    ----------
    path
        The log.
    key
        The key that it is chained with.
    plain
        Go on with a log that was begun without a key although there is one. Who gives a key
        expects a log that nobody else could have written: without this, a plain one is refused.

    Raises
    ------
    KeyMismatchError
        It was begun with a key, and that was not given; or without, and one was.
    VaultError
        As `AuditLog`.
    """
    own = log_key_id(path)
    if own is not None and (key is None or key.id != own):
        raise _needs_key(path, own)
    if key is None or not _is_plain(path):
        return AuditLog(path, key=key)
    if plain:
        return AuditLog(path)
    raise KeyMismatchError(
        f"{_PLAIN}, and one was given",
        item=str(path),
        fix="If it was begun with the key, somebody has replaced it: keep it and find out. If it "
        "was begun without, say --plain-log (plain=True in Python), or begin a new log",
    )


def _is_plain(path: str | Path) -> bool:
    """Whether a log begins with a whole entry that names no key."""
    if not Path(path).exists():
        return False
    try:
        return entry_of(next(_lines(path), b"")).event.actor is None
    except UNREADABLE:
        return False


def _check_needs_no_key(path: str | Path) -> None:
    own = log_key_id(path)
    if own is not None:
        raise _needs_key(path, own)


def _needs_key(path: str | Path, key_id: str) -> KeyMismatchError:
    return KeyMismatchError(
        f"is chained with the key {key_id}",
        item=str(path),
        fix="Pass that key: without it nobody can tell whether it was changed",
    )


def _head(entry: Entry | None) -> Head | None:
    return None if entry is None else Head(entry.number, entry.digest)


def _lines(path: str | Path) -> Iterator[bytes]:
    try:
        with Path(path).open("rb") as file:
            while line := file.readline(MAX_LINE_BYTES):
                yield line
    except OSError as error:
        raise VaultError(f"cannot be read: {error.strerror}", item=str(path)) from error
