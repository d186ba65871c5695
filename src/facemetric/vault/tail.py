"""An audit log from its end: the last entries first, however long it is."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from facemetric.errors import VaultError
from facemetric.vault.auditlog import MAX_LINE_BYTES
from facemetric.vault.entry import Entry
from facemetric.vault.verification import CHECKED_LINES, parsed

_BLOCK_BYTES = 1 << 16
_NUMBER = re.compile(rb'\{"number":([1-9][0-9]{0,17}),')


def read_back(
    path: str | Path,
    *,
    before: int | None = None,
    about: Sequence[str] = (),
    check: Callable[[], None] = lambda: None,
) -> Iterator[Entry]:
    """Yield a log's entries, the last first, without following the chain.

    Others may write meanwhile: what comes later, and a line that is being written, is left out.
    No more than a block of the file is in memory.

    Parameters
    ----------
    path
        The log.
    before
        Begin with the entry before that number.
    about
        Look at lines that hold one of these ids alone; whether as what the caller asks for is
        for the caller to see.
    check
        Called now and then, also while lines are passed over; what it raises ends the reading.

    Raises
    ------
    VaultError
        It cannot be read, or a line is no entry.
    """
    wanted = [one.encode("utf-8", "replace") for one in about]
    try:
        with Path(path).open("rb") as file:
            end = _whole_bytes(file, path)
            if before is not None:
                end = _start_of(file, before, end)
            for number, line in enumerate(_lines_back(file, end, path), 1):
                if number % CHECKED_LINES == 1:
                    check()
                if not wanted or any(one in line for one in wanted):
                    yield parsed(line, path, which="a line")
    except OSError as error:
        raise VaultError(f"cannot be read: {error.strerror}", item=str(path)) from error


def _whole_bytes(file: BinaryIO, path: str | Path) -> int:
    """Return where the last whole line ends."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - 2 * MAX_LINE_BYTES)
    file.seek(start)
    last = file.read(size - start).rfind(b"\n")
    if last < 0 < start:
        raise _too_long(path)
    return start + last + 1


def _lines_back(file: BinaryIO, end: int, path: str | Path) -> Iterator[bytes]:
    """Yield the lines before a position that ends one, the last first."""
    rest = b""
    while end:
        start = max(0, end - _BLOCK_BYTES)
        file.seek(start)
        lines = (file.read(end - start) + rest).splitlines(keepends=True)
        rest = lines.pop(0) if start else b""
        if len(rest) > 2 * _BLOCK_BYTES:
            raise _too_long(path)
        yield from reversed(lines)
        end = start


def _start_of(file: BinaryIO, number: int, end: int) -> int:
    """Return where the line of the first entry of at least that number begins, by bisection."""
    low, high = 0, end  # the line that is looked for begins in [low, high]
    while low < high:
        middle = (low + high) // 2
        file.seek(max(0, middle - 1))
        start = max(0, middle - 1) + (len(file.readline(_BLOCK_BYTES)) if middle else 0)
        found = None if start >= high else _NUMBER.match(file.readline(_BLOCK_BYTES))
        if found is not None and int(found[1]) < number:
            low = start + 1
        else:
            high = middle
    file.seek(max(0, low - 1))
    return low - 1 + len(file.readline(_BLOCK_BYTES)) if low else 0


def _too_long(path: str | Path) -> VaultError:
    return VaultError("has a line longer than any entry", item=str(path), fix="Verify the log")
