"""The snapshot of an encrypted gallery: one sealed file, read into memory when it is opened."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from facemetric.errors import VaultError
from facemetric.gallery.sqlite.lineage import Mark
from facemetric.gallery.sqlite.snapshot import Snapshot, snapshot_folder
from facemetric.index import Codec
from facemetric.types import AnyArray, UInt8
from facemetric.vault import DataKey, read_sealed, write_sealed

_VERSION = 3
_FILE = "index.sealed"
_KIND = "snapshot"


def write_sealed_part(
    gallery: Path, snapshot: Snapshot, codes: Iterable[UInt8], *, key: DataKey
) -> Path | None:
    """Do as `snapshot.write_part`, with nothing in plain: one file of facts, numbers and codes."""
    folder = snapshot_folder(gallery)
    part = folder.with_name(f"{folder.name}.{uuid4().hex}.part")
    facts = {
        "version": _VERSION,
        "rows": len(snapshot.rows),
        "mark": asdict(snapshot.mark),
        "low": snapshot.codec.low.tolist(),
        "step": snapshot.codec.step.tolist(),
    }
    try:
        part.mkdir(mode=0o700)
        write_sealed(
            part / _FILE,
            key.file_secret(_KIND),
            _parts(facts, snapshot, codes),
            context=_context(snapshot.gallery_id, snapshot.bundle),
        )
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
        return None
    return part


def read_sealed_snapshot(
    gallery: Path, *, gallery_id: str, bundle: str, dim: int, key: DataKey
) -> Snapshot | None:
    """Return the snapshot of an encrypted gallery, or `None` without one that opens."""
    path = snapshot_folder(gallery) / _FILE
    if not path.exists():
        return None
    chunks = read_sealed(path, key.file_secret(_KIND), context=_context(gallery_id, bundle))
    try:
        head = b""
        for chunk in chunks:
            head += chunk
            if b"\n" in head:
                break
        line, _, rest = head.partition(b"\n")
        facts = json.loads(line)
        if facts["version"] != _VERSION:
            return None
        count, codec = int(facts["rows"]), Codec(facts["low"], facts["step"])
        mark = Mark(**facts["mark"])
        arrays: dict[str, AnyArray] = {
            "rows": np.empty(count, np.int64),
            "people": np.empty(count, np.int64),
            "codes": np.empty((count, codec.dim), np.uint8),
        }
        # Nothing is used before the last chunk was opened.
        if codec.dim != dim or not _fill([*arrays.values()], rest, chunks):
            return None
    except (VaultError, ValueError, KeyError, TypeError):
        return None
    return Snapshot(gallery_id, bundle, mark, codec, **arrays)


def _parts(facts: dict[str, Any], snapshot: Snapshot, codes: Iterable[UInt8]) -> Iterator[Any]:
    yield json.dumps(facts).encode() + b"\n"
    for numbers in (snapshot.rows, snapshot.people):
        if len(numbers):
            yield np.ascontiguousarray(numbers).view(np.uint8)
    for part in codes:
        yield np.ascontiguousarray(part).reshape(-1)


def _fill(arrays: list[AnyArray], first: bytes, chunks: Iterator[bytes]) -> bool:
    """Fill arrays, one behind the other, with bytes; return whether they were just enough."""
    rooms = [array.reshape(-1).view(np.uint8).data for array in arrays if array.size]
    for chunk in chain([first], chunks):
        if len(_put(rooms, memoryview(chunk))):
            return False
    return not rooms


def _put(rooms: list[memoryview], data: memoryview) -> memoryview:
    """Move bytes into the first rooms that have place; return what found none."""
    while rooms and len(data):
        count = min(len(rooms[0]), len(data))
        rooms[0][:count] = data[:count]
        rooms[0], data = rooms[0][count:], data[count:]
        if not len(rooms[0]):
            del rooms[0]
    return data


def _context(gallery_id: str, bundle: str) -> bytes:
    return f"{gallery_id} {bundle}".encode()
