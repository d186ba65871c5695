"""Which gallery file a command means."""

from __future__ import annotations

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


def open_for(recognizer: Recognizer, given: Path | None, *, read_only: bool = False) -> Gallery:
    """Open a gallery of the recogniser's bundle; made, with its folder, unless ``read_only``."""
    path = gallery_path(given)
    if not read_only:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise GalleryError(
                f"its folder cannot be made: {error.strerror or error}",
                item=str(path),
                fix="Name a file in a folder that you can write to",
            ) from error
    return recognizer.open_gallery(path, create=not read_only, read_only=read_only)
