"""Text lists of photographs: lines, numbers and names in them, and the files that they name."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from pathlib import Path

from facemetric.errors import DataError

_MOST_DIGITS = 18  # what int64 holds for certain


def read_text(path: Path, *, what: str, fix: str | None = None) -> str:
    """Read a UTF-8 text file.

    Raises
    ------
    DataError
        The file cannot be read or is not text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{what} cannot be read: {reason}", item=str(path), fix=fix) from error


def read_lines(path: Path, *, what: str, fix: str | None = None) -> list[str]:
    """Read the lines of a UTF-8 text file; blank ones at its end are dropped.

    Raises
    ------
    DataError
        The file cannot be read, is not text, or is empty.
    """
    # Not splitlines(), which also cuts at characters that a file name may have.
    lines = read_text(path, what=what, fix=fix).rstrip().split("\n")
    if lines == [""]:
        raise DataError(f"{what} is empty", item=str(path), fix=fix)
    return lines


def whole_number(text: str, *, where: str, what: str, low: int = 0) -> int:
    """Return the integer that ``text`` writes in digits, at least ``low``.

    Raises
    ------
    DataError
        It is no such integer.
    """
    text = text.strip()
    if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS and int(text) >= low:
        return int(text)
    raise DataError(f"expected {what}, a number from {low}, got {text[:80]!r}", item=where)


def inside(name: str, *, where: str, below: str = "") -> str:
    """Return the path that ``name``, written relative to ``below``, has from the set's root.

    Raises
    ------
    DataError
        It is empty, absolute, or leads out of the root.
    """
    plain = name.replace("\\", "/")
    path = posixpath.normpath(posixpath.join(below, plain))
    if (
        not plain
        or "\0" in plain
        or plain.startswith("/")
        or path in {".", ".."}
        or path.startswith("../")
    ):
        raise DataError(f"expected a path inside the set, got {name[:80]!r}", item=where)
    return path


def require_files(root: Path, names: Iterable[str], *, item: str, fix: str) -> None:
    """Check that every name is a file below ``root``.

    Raises
    ------
    DataError
        Some are absent: how many, and the first.
    """
    wanted = list(names)
    missing = [name for name in wanted if not _is_file(root / name)]
    if missing:
        raise DataError(
            f"{len(missing)} of {len(wanted)} photographs are missing, the first is {missing[0]}",
            item=item,
            fix=fix,
        )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than the file system allows
        return False
