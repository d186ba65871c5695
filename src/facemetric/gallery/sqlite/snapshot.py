"""The codes of a gallery beside its file, so that opening it reads none of its vectors."""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from facemetric.gallery.sqlite.lineage import Mark
from facemetric.index import Codec
from facemetric.types import AnyArray, UInt8

VERSION = 3
_FACTS = "index.json"
_ARRAYS = ("codes", "rows", "people")

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Codes by position, as they were behind one change of the gallery.

    Attributes
    ----------
    gallery_id, bundle
        Whose.
    mark
        Where it ends.
    codec
        Of the codes.
    rows, people
        ``int64 (N,)``: numbers of embeddings and of people.
    codes
        ``uint8 (N, D)``.
    """

    gallery_id: str
    bundle: str
    mark: Mark
    codec: Codec
    rows: Int64
    people: Int64
    codes: UInt8


def snapshot_folder(gallery: Path) -> Path:
    """Return where the snapshot of a gallery's file lies: ``people.db-index`` beside it."""
    return gallery.with_name(f"{gallery.name}-index")


def write_part(gallery: Path, snapshot: Snapshot, codes: Iterable[UInt8]) -> Path | None:
    """Write a snapshot beside its place, for the owner alone; `None` where that cannot be done.

    ``codes`` are those of the snapshot in parts: they need not be in memory at once. It is a copy
    of what the gallery holds: where the disk is full, searching goes on without it.
    """
    folder = snapshot_folder(gallery)
    part = folder.with_name(f"{folder.name}.{uuid4().hex}.part")
    try:
        part.mkdir(mode=0o700)
        shape = (len(snapshot.rows), snapshot.codec.dim)
        sums = {"codes": _write(part / "codes.npy", np.dtype(np.uint8), shape, codes)}
        for name, values in (("rows", snapshot.rows), ("people", snapshot.people)):
            sums[name] = _write(part / f"{name}.npy", values.dtype, values.shape, [values])
        facts = {
            "version": VERSION,
            "gallery_id": snapshot.gallery_id,
            "bundle": snapshot.bundle,
            "mark": asdict(snapshot.mark),
            "low": snapshot.codec.low.tolist(),
            "step": snapshot.codec.step.tolist(),
            "crc32": sums,
        }
        (part / _FACTS).write_text(json.dumps(facts), encoding="utf-8")
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
        return None
    return part


def put_in_place(gallery: Path, part: Path) -> None:
    """Make a written snapshot the gallery's; where another process is at it, let it be."""
    folder = snapshot_folder(gallery)
    old = folder.with_name(f"{folder.name}.{uuid4().hex}.old")
    try:
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
    except OSError:
        pass
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(part, ignore_errors=True)


def remove_snapshots(gallery: Path, *, but_current: bool = False) -> bool:
    """Delete a gallery's snapshots, half-written ones too; return whether none is left.

    ``but_current`` leaves the one that is in place.
    """
    kept = {snapshot_folder(gallery)} if but_current else set()
    for folder in set(_folders(gallery)) - kept:
        shutil.rmtree(folder, ignore_errors=True)
    return set(_folders(gallery)) <= kept


def read_snapshot(gallery: Path, *, gallery_id: str, bundle: str, dim: int) -> Snapshot | None:
    """Return a gallery's snapshot, its codes mapped from the file, or `None` without a sound one.

    One that is damaged, or of another gallery or version, is as good as none.
    """
    folder = snapshot_folder(gallery)
    try:
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        known = tuple(facts[name] for name in ("version", "gallery_id", "bundle"))
        if known != (VERSION, gallery_id, bundle):
            return None
        arrays = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in _ARRAYS
        }
        if any(_sum(arrays[name]) != facts["crc32"][name] for name in _ARRAYS):
            return None
        codec = Codec(facts["low"], facts["step"])
        snapshot = Snapshot(
            gallery_id,
            bundle,
            Mark(**facts["mark"]),
            codec,
            arrays["rows"],
            arrays["people"],
            arrays["codes"],
        )
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None
    count = len(snapshot.rows)
    fits = (
        codec.dim == dim
        and snapshot.codes.dtype == np.uint8
        and snapshot.codes.shape == (count, dim)
        and all(one.dtype == np.int64 for one in (snapshot.rows, snapshot.people))
        and snapshot.people.shape == snapshot.rows.shape == (count,)
    )
    return snapshot if fits else None


def snapshot_bytes(gallery: Path) -> int:
    """Size of a gallery's snapshot."""
    folder = snapshot_folder(gallery)
    return sum(file.stat().st_size for file in folder.glob("*")) if folder.is_dir() else 0


def _folders(gallery: Path) -> Iterator[Path]:
    name = snapshot_folder(gallery).name
    for path in gallery.parent.iterdir():
        if path.name == name or (
            path.name.startswith(f"{name}.") and path.suffix in (".part", ".old")
        ):
            yield path


def _write(
    path: Path, kind: np.dtype[Any], shape: tuple[int, ...], parts: Iterable[AnyArray]
) -> int:
    """Write an array in parts as ``.npy``; return the CRC-32 of its bytes."""
    header = {"descr": np.lib.format.dtype_to_descr(kind), "fortran_order": False, "shape": shape}
    found = 0
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for part in parts:
            data = np.ascontiguousarray(part).reshape(-1).view(np.uint8).data
            found = zlib.crc32(data, found)
            file.write(data)
    return found


def _sum(array: AnyArray) -> int:
    """Return the CRC-32 of an array's bytes."""
    return zlib.crc32(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
