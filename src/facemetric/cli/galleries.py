"""Which gallery file a command means."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from facemetric.errors import GalleryError

if TYPE_CHECKING:
    from facemetric.gallery import Gallery
    from facemetric.recognizer import Recognizer


def gallery_path(given: Path | None) -> Path:
    """Return the file that was named, or the one in the user's data folder."""
    if given is not None:
        return given
    from facemetric.bundle import data_folder

    return data_folder() / "people.db"


def open_existing(given: Path | None, *, read_only: bool = False) -> Gallery:
    """Open a gallery that must be there, whatever its bundle."""
    from facemetric.gallery import Gallery

    return Gallery.open(gallery_path(given), create=False, read_only=read_only)


def open_to_read(recognizer: Recognizer, given: Path | None) -> Gallery:
    """Open a gallery of the recogniser's bundle, which must be there."""
    return recognizer.open_gallery(gallery_path(given), create=False, read_only=True)


@contextmanager
def open_to_enroll(
    recognizer: Recognizer, given: Path | None, *, codes: bool
) -> Iterator[Gallery | Callable[[], Gallery]]:
    """Yield a gallery of the recogniser's bundle; where there is none yet, what makes it."""
    from facemetric.gallery.sqlite.database import file_exists
    from facemetric.recognizer.bound import codec_of

    path = gallery_path(given)
    _make_folder(path)
    if codes:
        codec_of(recognizer.bundle)  # before the work, not after it
    with ExitStack() as stack:

        def opened() -> Gallery:
            return stack.enter_context(recognizer.open_gallery(path, codes=codes))

        yield opened() if file_exists(path) else opened


def _make_folder(path: Path) -> None:
    reason = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(path.parent, os.W_OK):
            reason = "no permission"
    except OSError as error:
        reason = error.strerror or str(error)
    if reason is not None:
        raise GalleryError(
            f"its folder cannot be written to: {reason}",
            item=str(path),
            fix="Name a file in a folder that you can write to",
        )
