"""Rows of arrays computed from photographs, kept on disk so that a second run is quick.

A key (what computes) has a folder of segments; a segment is an ``.npz`` without pickles that holds
the rows of some photographs. A photograph is known by the SHA-256 of its content. Segments are
written whole or not at all, so a stopped run continues where it was.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from facemetric.datasets import Photo
from facemetric.errors import DataError, InputError
from facemetric.evaluation.digests import Digests
from facemetric.types import AnyArray

Rows: TypeAlias = Mapping[str, AnyArray]
Compute: TypeAlias = Callable[[Sequence[Photo]], Rows]
Progress: TypeAlias = Callable[[int, int], None]
"""Called with the number of photographs done and of all."""

_FILES, _KEY = "__files__", "__key__"
_log = logging.getLogger(__name__)


class RowCache:
    """Computed rows by photograph.

    Parameters
    ----------
    folder
        Made where absent, for its owner alone; ``None`` keeps nothing.
    key
        Everything that the rows depend on beside the photographs: JSON values.
    chunk
        Photographs per call of ``compute`` and per segment.
    progress
        See `Progress`.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        key: Mapping[str, object],
        chunk: int = 512,
        progress: Progress | None = None,
    ) -> None:
        if chunk < 1:
            raise InputError(f"expected at least 1, got {chunk}", item="chunk")
        self.key = json.dumps(key, sort_keys=True)
        digest = hashlib.sha256(self.key.encode()).hexdigest()
        self.folder = Path(folder) / digest[:20] if folder is not None else None
        self.chunk = chunk
        self.progress = progress
        self._digests = Digests(Path(folder) if folder is not None else None)

    def rows(self, photos: Sequence[Photo], compute: Compute) -> dict[str, AnyArray]:
        """Return the rows of ``photos``, in their order; what is not cached is computed.

        Parameters
        ----------
        photos
            Two of the same content are computed once.
        compute
            Takes some of the photographs and returns arrays by name, each with a row for each.

        Raises
        ------
        InputError
            There are no photographs, or ``compute`` returns another number of rows, or values that
            are not finite.
        DataError
            A photograph is not a file, or the cache cannot be written.
        """
        if not photos:
            raise InputError("expected at least one photograph", item="photos")
        files = self._digests.of(photos)
        segments = self._load()
        known = {file for found, _ in segments for file in found}
        waiting = {f: p for f, p in zip(files, photos, strict=True) if f not in known}
        done = len(set(files)) - len(waiting)
        self._report(done, done + len(waiting))
        missing = list(waiting)
        for start in range(0, len(missing), self.chunk):
            part = missing[start : start + self.chunk]
            values = dict(compute([waiting[file] for file in part]))
            _check(values, len(part), item="compute")
            self._save(part, values)
            segments.append((part, values))
            self._report(done + start + len(part), done + len(missing))
        return _gather(files, segments)

    def missing(self, photos: Sequence[Photo]) -> list[Photo]:
        """Return those of ``photos``, once each, whose rows are not cached; raises as `rows`."""
        known = {file for found, _ in self._load() for file in found}
        files = zip(self._digests.of(photos), photos, strict=True)
        return list({f: p for f, p in files if f not in known}.values())

    def _load(self) -> list[tuple[list[str], Rows]]:
        if self.folder is None or not self.folder.is_dir():
            return []
        segments = []
        for path in sorted(self.folder.glob("*.npz")):
            try:
                segments.append(self._read(path))
            except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
                _log.warning("%s is damaged (%s) and is computed again", path, error)
                path.unlink(missing_ok=True)
        return segments

    def _read(self, path: Path) -> tuple[list[str], Rows]:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            values = {name: stored[name] for name in stored.files}
        if str(values.pop(_KEY)) != self.key:
            raise ValueError("it belongs to another key")
        files = [file.decode() for file in values.pop(_FILES).tolist()]
        _check(values, len(files), item=str(path))
        return files, values

    def _save(self, files: Sequence[str], values: Rows) -> None:
        if self.folder is None:
            return
        arrays: dict[str, Any] = {
            _FILES: np.array(files, "S64"),
            _KEY: np.array(self.key),
            **values,
        }
        name = hashlib.sha256("\n".join(files).encode()).hexdigest()[:20]
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.folder.mkdir(exist_ok=True, mode=0o700)
            handle, partial = tempfile.mkstemp(dir=self.folder, suffix=".partial")
            try:
                with os.fdopen(handle, "wb") as stream:
                    np.savez(stream, **arrays)
                Path(partial).replace(self.folder / f"{name}.npz")
            except BaseException:
                Path(partial).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise DataError(
                f"the cache cannot be written: {error}",
                item=str(self.folder),
                fix="Set FACEMETRIC_HOME to a folder that can be written",
            ) from error

    def _report(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(done, total)


def cache_size(folder: Path) -> tuple[int, int]:
    """Return how many files the cache in ``folder`` has and how many bytes they take."""
    sizes = [file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()]
    return len(sizes), sum(sizes)


def clear_cache(folder: Path) -> None:
    """Delete the cache in ``folder``; nothing happens where there is none.

    Raises
    ------
    DataError
        Something in it cannot be deleted.
    """
    try:
        if Path(folder).exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise DataError(f"cannot be deleted: {error}", item=str(folder)) from error


def _check(values: Rows, rows: int, *, item: str) -> None:
    if not values:
        raise InputError("expected at least one array", item=item)
    for name, array in values.items():
        if array.ndim < 1 or len(array) != rows:
            raise InputError(f"expected {rows} rows of {name}, got {array.shape}", item=item)
        if array.dtype.kind not in "biuf":
            raise InputError(f"expected numbers in {name}, got {array.dtype}", item=item)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise InputError(f"{name} is not finite", item=item)


def _gather(
    files: Sequence[str], segments: Sequence[tuple[Sequence[str], Rows]]
) -> dict[str, AnyArray]:
    row_of: dict[str, int] = {}
    offset = 0
    for part, _ in segments:
        row_of.update({file: offset + row for row, file in enumerate(part)})
        offset += len(part)
    rows = np.array([row_of[file] for file in files])
    names = segments[0][1].keys()
    return {name: np.concatenate([values[name] for _, values in segments])[rows] for name in names}
