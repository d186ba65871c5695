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

    path = gallery_path(given)
    _must_exist(path)
    return Gallery.open(path, create=False, read_only=read_only)


def open_for(recognizer: Recognizer, given: Path | None, *, create: bool) -> Gallery:
    """Open a gallery of the recogniser's bundle."""
    path = gallery_path(given)
    if create:
        path.parent.mkdir(parents=True, exist_ok=True)
    else:
        _must_exist(path)
    return recognizer.open_gallery(path, create=create)


def _must_exist(path: Path) -> None:
    if not path.exists():
        raise GalleryError(
            "there is no such gallery", item=str(path), fix="Enrol somebody: facemetric enroll"
        )
