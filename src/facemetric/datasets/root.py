"""Where the research photographs lie. They are never part of the package."""

from __future__ import annotations

import os
from pathlib import Path

from facemetric.errors import DataError

_HOW = "Set FACEMETRIC_DATA to the folder that holds lfw/, celeba299/ and the others"


def data_root() -> Path:
    """Return the folder of the research photographs.

    The first of: ``FACEMETRIC_DATA``; ``../shared/data`` beside the checkout that this package
    runs from; ``photographs`` in the user's data folder (``FACEMETRIC_HOME`` moves that).

    Raises
    ------
    DataError
        None of them is a folder, or ``FACEMETRIC_DATA`` names something else.
    """
    named = os.environ.get("FACEMETRIC_DATA")
    if named:
        if not Path(named).is_dir():
            raise DataError("FACEMETRIC_DATA is not a folder", item=named, fix=_HOW)
        return Path(named)
    from facemetric.bundle.folders import data_folder

    candidates = [*_beside_checkout(), data_folder() / "photographs"]
    for folder in candidates:
        if folder.is_dir():
            return folder
    looked = ", ".join(str(folder) for folder in candidates)
    raise DataError(f"no research photographs found, looked in {looked}", fix=_HOW)


def has_data() -> bool:
    """Return whether `data_root` would find a folder."""
    try:
        data_root()
    except DataError:
        return False
    return True


def _beside_checkout() -> list[Path]:
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").is_file() and (checkout / "src" / "facemetric").is_dir():
        return [checkout.parent / "shared" / "data"]
    return []
