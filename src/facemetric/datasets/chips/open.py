"""One way in: what lies at a path decides how it is read."""

from __future__ import annotations

from pathlib import Path

from facemetric.datasets.chips.folders import open_identity_folders
from facemetric.datasets.chips.source import ChipSource
from facemetric.errors import DataError


def open_chips(path: str | Path) -> ChipSource:
    """Open pictures for training."""
    path = Path(path)
    if path.is_dir():
        return open_identity_folders(path)
    raise DataError("no such file or folder", item=str(path))
