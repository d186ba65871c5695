"""Photographs that lie as files: a folder per person, or whatever a list names."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.labelled import LabelledPhotos, read_identity_folders
from facemetric.errors import DataError


class PhotoSource:
    """Photographs in files as a `ChipSource`.

    Parameters
    ----------
    photos
        Paths and people. Files are not opened before they are asked for.
    root
        Folder that ``item`` names them from; ``None`` for folder and file name.
    """

    def __init__(self, photos: LabelledPhotos, *, root: Path | None = None) -> None:
        self.photos = photos
        self.root = root

    @property
    def names(self) -> tuple[str, ...]:
        """The different people, sorted as text."""
        return self.photos.names

    @property
    def labels(self) -> NDArray[np.int64]:
        """``int64 (N,)``: the row of each picture's person in ``names``."""
        return self.photos.labels

    @cached_property
    def found(self) -> NDArray[np.bool_]:
        """``bool (N,)``: True, for nothing was cut out of these files."""
        return np.ones(len(self.photos), np.bool_)

    def __len__(self) -> int:
        return len(self.photos)

    def encoded(self, row: int) -> bytes:
        """Return a file's bytes.

        Raises
        ------
        DataError
            The file cannot be read.
        """
        path = self.photos.paths[row]
        try:
            return path.read_bytes()
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", item=str(path)) from error

    def item(self, row: int) -> str:
        """Return a file's path below the root."""
        path = self.photos.paths[row]
        if self.root is not None and path.is_relative_to(self.root):
            return path.relative_to(self.root).as_posix()
        return f"{path.parent.name}/{path.name}"


def open_identity_folders(root: Path) -> PhotoSource:
    """Open a folder that holds one folder of photographs per person.

    Files without a photograph's suffix, hidden ones and deeper folders are passed over.

    Raises
    ------
    DataError
        ``root`` is no folder, or holds no photographs in folders.
    """
    root = Path(root)
    return PhotoSource(read_identity_folders(root), root=root)
