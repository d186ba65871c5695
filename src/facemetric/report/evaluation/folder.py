"""A report's folder: private to the user, and never written over something else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from facemetric.errors import SourceError

MARK = ".facemetric-report"
"""A file that lists what a report wrote into its folder, a path a line."""

_FIX = "Name a new or an empty folder"


def check_report_folder(folder: Path) -> None:
    """Raise SourceError, before the work, where a report cannot be written; make the folder.

    A folder that holds anything is only taken where an earlier report made it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        filled = any(folder.iterdir())
        ours = (folder / MARK).is_file()
    except OSError as error:
        raise _refused(folder, error.strerror or str(error)) from error
    if filled and not ours:
        raise _refused(folder, "it holds files that are no report")
    if not os.access(folder, os.W_OK):
        raise _refused(folder, "no permission")


def write_report_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of a report; what an earlier report left is removed.

    The page shows photographs of people: files are readable by the user alone (0600, folders
    0700). Each is written whole or not at all.

    Parameters
    ----------
    folder
        See `check_report_folder`.
    files
        Contents by path, such as ``"plots/roc.svg"``.

    Raises
    ------
    SourceError
        The folder holds something else, or cannot be written.
    """
    check_report_folder(folder)
    try:
        folder.chmod(0o700)
        before = _marked(folder)
        # The mark first: a report that was stopped half-way is still known as one.
        _write(folder / MARK, "\n".join(sorted({*before, *files})).encode())
        for name in sorted(before - files.keys()):
            (folder / name).unlink(missing_ok=True)
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _write(path, data)
        _write(folder / MARK, "\n".join(sorted(files)).encode())
    except OSError as error:
        raise _refused(folder, error.strerror or str(error)) from error


def _marked(folder: Path) -> set[str]:
    """Return what an earlier report wrote, without paths that lead out of the folder."""
    mark = folder / MARK
    if not mark.is_file():
        return set()
    lines = mark.read_text(encoding="utf-8", errors="replace").splitlines()
    inside = folder.resolve()
    return {
        line
        for line in lines
        if line and line != MARK and (folder / line).parent.resolve().is_relative_to(inside)
    }


def _write(path: Path, data: bytes) -> None:
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".partial")  # 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def _refused(folder: Path, reason: str) -> SourceError:
    return SourceError(f"the report cannot be written: {reason}", item=str(folder), fix=_FIX)
