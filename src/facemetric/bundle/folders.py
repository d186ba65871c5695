"""Where built and imported bundles are kept, and how files get there whole."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

from facemetric.errors import BundleError

HOME_VARIABLE = "FACEMETRIC_HOME"


def cache_folder() -> Path:
    """Return the folder for what can be made again: ``$FACEMETRIC_HOME/cache``, else the user's."""
    return _user_folder("cache")


def data_folder() -> Path:
    """Return the folder for imported bundles: ``$FACEMETRIC_HOME/data``, else the user's."""
    return _user_folder("data")


def imported_folder(bundle_id: str) -> Path:
    """Return the folder that an imported bundle of this id lives in."""
    return data_folder() / "bundles" / bundle_id


def make_folder(folder: Path) -> Path:
    """Create ``folder`` with its parents; BundleError where that is impossible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(folder, error) from error
    return folder


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that others see all of it or none, whoever else writes it at that time."""
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise not_writable(path.parent, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def not_writable(folder: Path, error: OSError) -> BundleError:
    """Say that a folder cannot be written, and what to do about it."""
    return BundleError(
        f"cannot be written: {error.strerror or error}",
        item=str(folder),
        fix=f"Set {HOME_VARIABLE} to a folder that you can write and that has room",
    )


def _user_folder(kind: str) -> Path:
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return Path(home).expanduser() / kind
    import platformdirs

    name = "facemetric"
    if kind == "cache":
        return platformdirs.user_cache_path(name, appauthor=False)
    return platformdirs.user_data_path(name, appauthor=False)
