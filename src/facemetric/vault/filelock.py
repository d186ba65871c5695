"""One process at a time at a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

_FAR = 0x7FFF0000


@contextmanager
def locked(file: BinaryIO) -> Iterator[None]:
    """Wait until nobody else holds the open file, and hold it meanwhile.

    The lock is advisory: it holds against those who ask for it, and goes with the process.
    """
    if sys.platform == "win32":
        import msvcrt

        place = file.tell()
        file.seek(_FAR)  # a byte that is never written, so that readers are not in the way
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        file.seek(place)
        try:
            yield
        finally:
            file.seek(_FAR)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
