"""Which gallery a command means, and whether it may be made.

What reads, changes or erases opens a gallery that is there, and refuses any other. What enrols,
copies into, imports, upgrades or serves makes one where there is none, in a folder that is there,
and says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from facemetric.cli.output import complain
from facemetric.errors import GalleryError

if TYPE_CHECKING:
    from facemetric.gallery import Gallery
    from facemetric.recognizer import Recognizer
    from facemetric.vault import MasterKey


def gallery_address(given: str | None) -> str:
    """Return the address that was named, or the file in the user's data folder."""
    if given is not None:
        return given
    from facemetric.bundle import data_folder

    return str(data_folder() / "people.db")


def open_existing(
    given: str | None, *, key: MasterKey | None = None, read_only: bool = False
) -> Gallery:
    """Open a gallery that must be there, whatever its bundle."""
    from facemetric.gallery import Gallery

    return Gallery.open(gallery_address(given), key=key, create=False, read_only=read_only)


def open_to_read(
    recognizer: Recognizer, given: str | None, *, key: MasterKey | None = None
) -> Gallery:
    """Open a gallery of the recogniser's bundle, which must be there."""
    return recognizer.open_gallery(gallery_address(given), key=key, create=False, read_only=True)


@contextmanager
def open_to_enroll(
    recognizer: Recognizer, given: str | None, *, codes: bool, key: MasterKey | None = None
) -> Iterator[Gallery | Callable[[], Gallery]]:
    """Yield a gallery of the recogniser's bundle; where there is no file yet, what makes it."""
    from facemetric.gallery.sqlite.file import file_exists
    from facemetric.recognizer.bound import codec_of

    address = gallery_address(given)
    file = file_of(address)
    check_folder(address)
    if codes:
        codec_of(recognizer.bundle)  # before the work, not after it
    with ExitStack() as stack:

        def opened() -> Gallery:
            return stack.enter_context(
                open_or_make(
                    address, lambda: recognizer.open_gallery(address, codes=codes, key=key)
                )
            )

        yield opened if file is not None and not file_exists(file) else opened()


def shown_address(address: str) -> str:
    """Return an address without user and password."""
    from urllib.parse import urlsplit, urlunsplit

    parts = urlsplit(address)
    if file_of(address) is not None or "@" not in parts.netloc:
        return address
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def file_of(address: str) -> Path | None:
    """Return the file that an address means; `None` where it means a server."""
    scheme, separator, rest = address.partition("://")
    if not separator:
        return Path(address)
    return Path(rest) if scheme == "sqlite" else None


def place_there(address: str) -> str | None:
    """Return the place of the gallery at an address; `None` where none can be opened yet."""
    from facemetric.gallery import Gallery
    from facemetric.gallery.sqlite.file import file_exists, place_of

    file = file_of(address)
    if file is not None:
        return place_of(file) if file_exists(file) else None
    try:
        with Gallery.open(address, create=False, read_only=True) as opened:
            return opened.place
    except GalleryError:  # it is not there yet; what else there is against it is said later
        return None


def open_or_make(address: str, make: Callable[[], Gallery]) -> Gallery:
    """Open a gallery to write to, and say on standard error where a new one was made."""
    check_folder(address)
    opened = make()
    if opened.made is not None:
        complain(f"new gallery: {opened.made}")
    return opened


def check_folder(address: str) -> None:
    """Raise GalleryError unless a gallery's file lies, or can be made, in a folder that is there.

    Of folders that are absent only the user's data folder is made: another may be a slip of the
    pen.
    """
    from facemetric.bundle import data_folder

    path = file_of(address)
    if path is None:
        return
    reason = None
    try:
        if path.parent == data_folder():
            path.parent.mkdir(parents=True, exist_ok=True)
        if not path.parent.is_dir():
            reason = "there is none"
        elif not os.access(path.parent, os.W_OK):
            reason = "no permission"
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
    if reason is not None:
        raise GalleryError(
            f"its folder {path.parent} cannot be written to: {reason}",
            item=str(path),
            fix="Name a file in a folder that you can write to, or make the folder first",
        )
