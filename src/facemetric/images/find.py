"""Pictures in files, folders and globs, in a stable order and without walking in circles."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from facemetric.errors import SourceError
from facemetric.images.formats import IMAGE_SUFFIXES

_MAGIC = re.compile(r"[*?\[]")


def find_images(
    sources: Iterable[str | Path],
    *,
    recursive: bool = True,
    on_error: Callable[[SourceError], None] | None = None,
) -> Iterator[Path]:
    """Yield the picture files that ``sources`` name: each once, in order, folders sorted by name.

    A file that is named is yielded whatever its suffix. A folder gives the files whose suffix is
    in ``IMAGE_SUFFIXES``; names that begin with a dot are left out. Links to folders are followed,
    but no folder is entered twice. A glob (``*``, ``?``, ``[…]``, ``**``) gives what it matches:
    any file if it names a suffix, else pictures; folders that match are walked.

    Parameters
    ----------
    recursive
        Whether the folders inside a folder are walked too.
    on_error
        Called with the error of each source or folder that gives nothing, and the walk goes on;
        without it the error is raised.

    Raises
    ------
    SourceError
        A path does not exist, a glob matches nothing, a folder cannot be read or has no picture.
    """
    seen: set[str] = set()
    for source in sources:
        try:
            yield from _from_source(str(source), recursive, on_error, seen)
        except SourceError as error:
            if on_error is None:
                raise
            on_error(error)


def _from_source(
    source: str, recursive: bool, on_error: Callable[[SourceError], None] | None, seen: set[str]
) -> Iterator[Path]:
    found = False
    for path in _named(source):
        inside = _walk(path, recursive, on_error) if path.is_dir() else iter([path])
        for picture in inside:
            found = True
            real = os.path.realpath(picture)
            if real not in seen:
                seen.add(real)
                yield picture
    if not found:
        raise SourceError(
            "no pictures in it",
            item=source,
            fix=f"Looked for {', '.join(sorted(IMAGE_SUFFIXES))}"
            + ("" if recursive else ", not in the folders inside it"),
        )


def _named(source: str) -> list[Path]:
    """Files and folders that a source stands for."""
    path = Path(source)
    try:
        if os.path.lexists(source):
            path.stat()
            return [path]
        if not _MAGIC.search(source):
            raise SourceError("no such file or folder", item=source, fix="Check the path")
        matches = _matches(path)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"cannot be read: {reason}", item=source) from error
    if not matches:
        raise SourceError("the pattern matches nothing", item=source, fix="Check the pattern")
    if path.suffix and not _MAGIC.search(path.suffix):
        return matches
    return [match for match in matches if match.is_dir() or _is_picture(match.name)]


def _matches(pattern: Path) -> list[Path]:
    """Paths that match, sorted; Path.glob rather than glob, whose ``**`` runs in circles."""
    parts = pattern.parts
    first = next(index for index, part in enumerate(parts) if _MAGIC.search(part))
    base, wanted = Path(*parts[:first]), parts[first:]
    hidden = any(part.startswith(".") for part in wanted)
    return sorted(
        match
        for match in base.glob(str(Path(*wanted)))
        if hidden or not any(part.startswith(".") for part in match.relative_to(base).parts)
    )


def _walk(
    folder: Path, recursive: bool, on_error: Callable[[SourceError], None] | None
) -> Iterator[Path]:
    entered: set[tuple[int, int]] = set()
    waiting = [(folder, True)]
    while waiting:
        path, is_folder = waiting.pop()
        if not is_folder:
            yield path
            continue
        try:
            status = path.stat()
            if (status.st_dev, status.st_ino) in entered:
                continue
            entered.add((status.st_dev, status.st_ino))
            with os.scandir(path) as entries:
                inside = [(entry.name, _is_folder(entry)) for entry in entries]
        except OSError as error:
            problem = SourceError(
                f"the folder cannot be read: {error.strerror}",
                item=str(path),
                fix="Change its permissions or leave it out",
            )
            if on_error is None or path == folder:
                raise problem from error
            on_error(problem)
            continue
        # Backwards, since the last of the list is taken next.
        for name, leads_on in sorted(inside, reverse=True):
            if not name.startswith(".") and (recursive if leads_on else _is_picture(name)):
                waiting.append((path / name, leads_on))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself: taken for a file, whose error then names it
        return False


def _is_picture(name: str) -> bool:
    return Path(name).suffix.lower() in IMAGE_SUFFIXES
