"""What tells, without reading it, that a photograph's file is the one that was embedded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stamp:
    """Size of a file in bytes, and when it was last written, in nanoseconds since 1970."""

    size_bytes: int
    modified_ns: int


def stamp_of(path: Path) -> Stamp | None:
    """Return a file's stamp; ``None`` where there is none to be had."""
    try:
        about = path.stat()
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return None
    return Stamp(about.st_size, about.st_mtime_ns)
