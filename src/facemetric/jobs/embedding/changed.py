"""Photographs that are not what they were when their shard was made."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from facemetric.jobs.embedding.folder import EmbeddingFolder
from facemetric.jobs.embedding.photographs import PhotoReader
from facemetric.jobs.embedding.plan import Plan
from facemetric.jobs.embedding.read import read_shard
from facemetric.jobs.embedding.stamp import Stamp, stamp_of

_LOOKING = 16
"""Files that are looked at together: on a server's disk each look is a wait."""


def changed_photographs(
    folder: EmbeddingFolder, plan: Plan, names: Sequence[str], *, base: Path, shards: Sequence[int]
) -> dict[int, list[str]]:
    """Return the photographs of finished shards whose bytes are others now, by shard.

    A file of the same size and time is taken to be the same; of the others the content decides.
    Those that are gone, failed, or are no files of this machine are not looked at.

    Parameters
    ----------
    folder, plan, names
        Of the run, and all its photographs.
    base
        Folder that relative paths are in.
    shards
        Which.

    Raises
    ------
    DataError
        A shard is damaged.
    """
    reader, size = PhotoReader(base), plan.shard_photos
    found: dict[int, list[str]] = {}
    with ThreadPoolExecutor(_LOOKING) as pool:
        for number in shards:
            own = names[number * size : (number + 1) * size]
            table = read_shard(folder.photos_file(number), plan)
            digests = table["photo_sha256"].to_pylist()
            differ = pool.map(_differs, map(reader.path, own), digests, _stamps(table))
            changed = [name for name, other in zip(own, differ, strict=True) if other]
            if changed:
                found[number] = changed
    return found


def _stamps(table: Any) -> list[Stamp | None]:
    if "photo_bytes" not in table.column_names:  # of a version that took none
        return [None] * len(table)
    both = (table[name].to_pylist() for name in ("photo_bytes", "photo_modified_ns"))
    return [None if size is None else Stamp(size, time) for size, time in zip(*both, strict=True)]


def _differs(path: Path | None, digest: str | None, stamp: Stamp | None) -> bool:
    if path is None or digest is None:
        return False
    now = stamp_of(path)
    if now is None or now == stamp:
        return False
    return _digest(path) not in (None, digest)


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # gone meanwhile
        return None
