"""A file that is read at given places by several threads and processes at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from facemetric.errors import DataError


class PositionalFile:
    """An open file without a position of its own, so that readers do not disturb each other.

    ``pread`` takes the place as an argument: threads and forked processes can share one
    descriptor. A copy made by pickling opens the file again.

    Raises
    ------
    DataError
        The file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        try:
            self._descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        except OSError as error:
            raise DataError(f"cannot be opened: {error.strerror}", item=str(path)) from error
        self.size_bytes = os.fstat(self._descriptor).st_size

    def read(self, at: int, length: int, *, item: str) -> bytes:
        """Return ``length`` bytes from offset ``at``.

        Raises
        ------
        DataError
            They cannot be read, or the file ends before them.
        """
        parts: list[bytes] = []
        missing = length
        while missing > 0:
            try:
                part = os.pread(self._descriptor, missing, at + length - missing)
            except OSError as error:
                raise DataError(f"cannot be read: {error.strerror}", item=item) from error
            if not part:
                raise DataError(
                    f"expected {length:,} bytes at {at:,}, the file ends after "
                    f"{length - missing:,} of them",
                    item=item,
                    fix="It is damaged: copy it again from its source",
                )
            parts.append(part)
            missing -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Close the file; reading it then is an error."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["path"])  # type: ignore[misc]

    def __del__(self) -> None:
        if getattr(self, "_descriptor", -1) >= 0:
            self.close()
