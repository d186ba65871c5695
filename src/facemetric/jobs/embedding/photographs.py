"""Photographs by name: in folders, globs, lists, and wherever fsspec reaches."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from facemetric.errors import DependencyError, FacemetricError, SourceError
from facemetric.images import find_images
from facemetric.images.formats import IMAGE_SUFFIXES
from facemetric.images.limits import check_file_size
from facemetric.recognizer.pipeline import MAX_PIXELS

_MAGIC = re.compile(r"[*?\[]")
_LOCAL = "file://"
_NOT_PICTURES = {
    **dict.fromkeys((".txt", ".lst"), "its lines; on the command line @{0}"),
    ".zip": "zip://::{0} for those of an archive",
    ".tar": "tar://::{0} for those of an archive",
}
_MOST_BYTES = 1 << 30


def list_photographs(sources: Iterable[str | Path]) -> list[str]:
    """Return the names of the photographs that sources stand for, each once.

    Parameters
    ----------
    sources
        Photographs, folders and globs, as paths or as addresses that fsspec knows:
        ``s3://bucket/folder``, ``zip://*.jpg::photos.zip``. What ends as a picture does is taken
        for a photograph without looking: a long list costs no request each. Folders and addresses
        are in the order of their names.

    Returns
    -------
    list of str
        Paths as they were given, or addresses, each of which `PhotoReader` reads.

    Raises
    ------
    SourceError
        A source is absent, cannot be listed or has no picture in it.
    DependencyError
        fsspec, or what it needs for an address, is not installed.
    """
    names = dict.fromkeys(name for source in sources for name in _listed(str(source)))
    if not names:
        raise SourceError("no sources were given", item="sources")
    return list(names)


def is_address(source: str) -> bool:
    """Whether a source is for fsspec and not a path."""
    return "://" in source or "::" in source


class PhotoReader:
    """Reads photographs by the names that `list_photographs` gives.

    Parameters
    ----------
    base
        Folder that relative paths are in.
    """

    def __init__(self, base: Path) -> None:
        self._base = base
        # Opening an archive reads its list of files: once, not once a photograph.
        self._archives: dict[str, Any] = {}

    def path(self, name: str) -> Path | None:
        """Return the file of this machine that a name means; ``None`` for an address."""
        if not is_address(name) or os.path.lexists(self._base / name):
            return self._base / name
        return None

    def read(self, name: str) -> Path | bytes:
        """Return a path to read, or the encoded bytes from an address.

        Raises
        ------
        SourceError
            An address cannot be read.
        PixelLimitError
            It has more bytes than any picture.
        DependencyError
            What fsspec needs for it is not installed.
        """
        file = self.path(name)
        if file is not None:
            return file
        try:
            filesystem, path = self._opened(name)
            data: bytes = filesystem.cat_file(path, start=0, end=_MOST_BYTES)
        except FacemetricError:
            raise
        except FileNotFoundError as error:
            raise SourceError("no such file", item=name, fix="Check the address") from error
        except Exception as error:  # Every file system raises what it likes.
            raise SourceError(_unreadable(error), item=name) from error
        check_file_size(len(data), max_pixels=MAX_PIXELS, item=name)
        return data

    def _opened(self, name: str) -> tuple[Any, str]:
        head, _, rest = name.partition("::")
        protocol, address, path = head.partition("://")
        if not rest or not address:
            return _filesystem(name)
        archive = f"{protocol}://::{rest}"
        if archive not in self._archives:
            self._archives[archive], _ = _filesystem(archive, base=self._base)
        return self._archives[archive], path


def _listed(source: str) -> Iterator[str]:
    if source.startswith(_LOCAL):
        source = source.removeprefix(_LOCAL)
    if is_address(source) and not os.path.lexists(source):
        yield from _from_address(source)
        return
    if _is_picture(source) and not _MAGIC.search(source) and not Path(source).is_dir():
        yield str(Path(source))
        return
    suffix = Path(source).suffix.lower()
    if suffix in _NOT_PICTURES and Path(source).is_file():
        raise SourceError(
            "is no picture", item=source, fix=f"Give {_NOT_PICTURES[suffix].format(source)}"
        )
    yield from map(str, find_images([source]))


def _from_address(address: str) -> Iterator[str]:
    _refuse_password(address)
    head = address.partition("::")[0]
    filesystem, path = _filesystem(address)
    if "::" not in address and _is_picture(head) and not _MAGIC.search(head):
        yield address
        return
    try:
        if _MAGIC.search(path) and not filesystem.exists(path):
            found = _matches(filesystem, path)
        elif path and filesystem.isfile(path):
            yield _named(address, filesystem, path)
            return
        else:
            found = filesystem.find(path)
    except Exception as error:  # Every file system raises what it likes.
        raise SourceError(_unreadable(error), item=address) from error
    pictures = sorted(name for name in found if _is_picture(name) and not _is_hidden(name, path))
    if not pictures:
        raise SourceError(
            "no pictures in it",
            item=address,
            fix=f"Looked for {', '.join(sorted(IMAGE_SUFFIXES))}; check the address",
        )
    for name in pictures:
        yield _named(address, filesystem, name)


def _matches(filesystem: Any, pattern: str) -> list[str]:
    """Return the files that a pattern gives, and those in the folders that it gives."""
    found: list[str] = []
    for name, about in filesystem.glob(pattern, detail=True).items():
        found += filesystem.find(name) if about["type"] == "directory" else [name]
    return found


def _named(address: str, filesystem: Any, path: str) -> str:
    """Return the address of one file among those that an address lists."""
    head, chained, rest = address.partition("::")
    protocol, separator, _ = head.partition("://")
    if not separator:  # A cache in front of another file system.
        return f"{head}::{_named(rest, filesystem.fs, path)}"
    if chained:
        return f"{protocol}://{path}::{rest}"
    place = urlsplit(head).netloc
    if place and path.startswith("/") and not path.lstrip("/").startswith(place):
        return f"{protocol}://{place}{path}"
    return str(filesystem.unstrip_protocol(path))


def _filesystem(address: str, *, base: Path | None = None) -> tuple[Any, str]:
    try:
        import fsspec
    except ImportError as error:
        raise DependencyError(
            "addresses need fsspec",
            item=address,
            fix='Install it: pip install "facemetric[parquet]"',
        ) from error
    if base is not None:
        first, _, last = address.rpartition("::")
        if not is_address(last):
            address = f"{first}::{base / last}"
    try:
        filesystem, path = fsspec.core.url_to_fs(address)
    except ImportError as error:
        raise DependencyError(
            f"fsspec cannot open it: {error}", item=address, fix="Install what it names with pip"
        ) from error
    except Exception as error:  # Archives are opened here, wherever they lie.
        raise SourceError(_unreadable(error), item=address) from error
    return filesystem, str(path)


def _refuse_password(address: str) -> None:
    for part in address.split("::"):
        try:
            parts = urlsplit(part)
            secret = bool(parts.password and parts.hostname)
        except ValueError:
            continue
        if secret:
            raise SourceError(
                "has a password, which would be written beside every face",
                item=part.replace(f":{parts.password}@", ":…@"),
                fix="Put it into fsspec's configuration (~/.config/fsspec) or the environment",
            )


def _unreadable(error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error).split("\n")[0]
    return f"cannot be read: {reason or type(error).__name__}"


def _is_picture(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES


def _is_hidden(name: str, source: str) -> bool:
    """Whether a part of a name that the source does not give begins with a dot."""
    given = source.split("/")
    fixed = next((place for place, part in enumerate(given) if _MAGIC.search(part)), len(given))
    inside = name.split("/")[fixed:] if source else name.split("/")
    return any(part.startswith(".") for part in inside)
