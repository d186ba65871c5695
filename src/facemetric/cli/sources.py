"""The SOURCE arguments: files, folders, globs, standard input, lists of paths."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from facemetric.cli.output import SourcesError
from facemetric.errors import FacemetricError, SourceError
from facemetric.images import find_images
from facemetric.types import Image, ItemError

_MOST_BYTES = 1 << 30


def read_sources(sources: Sequence[str]) -> tuple[list[Path | Image], list[ItemError]]:
    """Return what there is to read, in order, and what gave nothing.

    Raises
    ------
    FacemetricError
        The only source gives nothing.
    SourcesError
        None of several does.
    """
    found: list[Path | Image] = []
    unread: list[SourceError] = []
    errors: list[ItemError] = []
    for source in listed(sources):
        try:
            if source == "-":
                found.append(_from_standard_input())
            else:
                # What one folder inside hides is no reason to leave out the others.
                found.extend(find_images([source], on_error=unread.append))
        except FacemetricError as error:
            errors.append(ItemError.of(error, item=error.item or source))
        errors.extend(ItemError.of(error, item=error.item or source) for error in unread)
        unread.clear()
    unique: dict[object, Path | Image] = {}
    for item in found:
        unique.setdefault(_identity(item), item)
    if not unique:
        if len(errors) == 1:
            raise errors[0].to_error()
        cause = f"none of {len(errors)} sources can be read" if errors else "no sources were given"
        raise SourcesError(cause, errors)
    return list(unique.values()), errors


def _identity(item: Path | Image) -> object:
    """Return what two names of one file share."""
    return os.path.realpath(item) if isinstance(item, Path) else id(item)


def _from_standard_input() -> Image:
    from facemetric.images import load_image

    name = "<standard input>"
    data = sys.stdin.buffer.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise SourceError(
            f"expected one photograph, got more than {_MOST_BYTES:,} bytes", item=name
        )
    return load_image(data, name=name)


def listed(sources: Sequence[str]) -> list[str]:
    """Replace ``@FILE`` by the lines of that file; raises SourceError where it cannot be read."""
    result: list[str] = []
    for source in sources:
        if not source.startswith("@") or os.path.lexists(source):
            result.append(source)
            continue
        name = source[1:]
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
            text = data.decode()
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"the list cannot be read: {error}", item=source) from error
        # Only a line feed ends a name: str.splitlines knows ten more characters that may be in one.
        lines = (line.rstrip("\r") for line in text.split("\n"))
        result.extend(line for line in lines if line.strip())
    return result


def read_one(source: str) -> str | Image:
    """Return one photograph to read: a path as it is, or ``-`` decoded from standard input."""
    return _from_standard_input() if source == "-" else source
