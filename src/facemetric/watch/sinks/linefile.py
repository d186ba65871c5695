"""A file that lines are appended to, whole or not at all as far as can be."""

from __future__ import annotations

import os
from pathlib import Path


class LineFile:
    """Appends lines without a buffer of its own, so that what failed is not written later.

    A line that was cut off, because the disk was full or an earlier process died, is ended before
    the next one begins: readers lose one line, not two.

    Parameters
    ----------
    path
        Made for its owner alone where there is none.

    Raises
    ------
    OSError
        It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._number = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        self._torn = _torn(path)

    def write(self, line: str) -> None:
        """Write a line, which ends with a line feed; OSError where that fails."""
        left = memoryview((b"\n" if self._torn else b"") + line.encode())
        while left:
            written = os.write(self._number, left)
            left = left[written:]
            self._torn = bool(left)

    def flush(self) -> None:
        """Do nothing: nothing waits."""

    def close(self) -> None:
        """Close the file."""
        os.close(self._number)


def _torn(path: Path) -> bool:
    """Whether the last line of a file has no end."""
    if not path.is_file() or not os.access(path, os.R_OK):
        return False
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
