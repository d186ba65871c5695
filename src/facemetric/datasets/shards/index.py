"""Where each chip lies in a shard: found in one pass, kept beside the shard.

The index of ``name.tar`` is ``name.tar.index``, an ``.npz`` without pickles. It holds for a shard
of the same size and time of change; otherwise it is made again.
"""

from __future__ import annotations

import contextlib
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.shards.record import MOST_RECORD_BYTES, Labelling, read_labelling
from facemetric.datasets.shards.tar import Member, damaged, read_members
from facemetric.datasets.shards.texts import Texts
from facemetric.errors import DataError

SUFFIX = ".index"
_FORM = 1
_PICTURES = frozenset({"jpg", "jpeg", "png", "webp"})
_LABELS = frozenset({"json", "cls"})


@dataclass(frozen=True, eq=False, slots=True)
class ShardIndex:
    """The chips of one shard, in its order.

    Attributes
    ----------
    offsets, sizes
        ``int64 (N,)``: where the pictures' bytes are.
    people
        The different people, sorted.
    rows
        ``int64 (N,)``: the person of each chip in ``people``.
    sources
        What to call each chip.
    found
        ``bool (N,)``: whether a face was detected.
    made_from
        Digest of what the shard was written from; empty for shards of other programs.
    """

    offsets: NDArray[np.int64]
    sizes: NDArray[np.int64]
    people: Texts
    rows: NDArray[np.int64]
    sources: Texts
    found: NDArray[np.bool_]
    made_from: str = ""

    def __len__(self) -> int:
        return len(self.offsets)


def open_index(path: Path) -> ShardIndex:
    """Return the index of a shard, from its file where that still holds.

    Where it does not, the shard is read once and the file is written, if the folder allows that.

    Raises
    ------
    DataError
        The shard cannot be read, is damaged, or has a picture without a person.
    """
    found = load_index(path)
    if found is not None:
        return found
    index = index_shard(path)
    # A folder that cannot be written is read once more next time.
    with contextlib.suppress(OSError):
        save_index(path, index)
    return index


def index_shard(path: Path) -> ShardIndex:
    """Read the headers and records of a shard; raises as `open_index`."""
    pictures: list[Member] = []
    labellings: list[Labelling] = []
    key: str | None = None
    parts: dict[str, Member] = {}
    with path.open("rb") as stream:

        def finish() -> None:
            picture = next((parts[kind] for kind in parts if kind in _PICTURES), None)
            if key is None or picture is None:
                return
            member = next((parts[kind] for kind in ("json", "cls") if kind in parts), None)
            if member is None:
                raise damaged(path, picture.offset, f"{picture.name} has no .json and no .cls")
            if member.size > MOST_RECORD_BYTES:
                raise damaged(path, member.offset, f"{member.name} has {member.size:,} bytes")
            stream.seek(member.offset)
            data = stream.read(member.size)
            labellings.append(read_labelling(data, member, path, key=key))
            pictures.append(picture)

        for member in read_members(path):
            stem, _, kind = member.name.rpartition("/")[2].partition(".")
            if not stem or kind.lower() not in _PICTURES | _LABELS:
                continue
            own = member.name[: -len(kind) - 1]
            if own != key:
                finish()
                key, parts = own, {}
            parts[kind.lower()] = member
        finish()
    return make_index(pictures, labellings)


def make_index(
    pictures: list[Member], labellings: list[Labelling], *, made_from: str = ""
) -> ShardIndex:
    """Return the index of these pictures, each with what its record says."""
    names = sorted({labelling.person for labelling in labellings})
    row_of = {name: row for row, name in enumerate(names)}
    return ShardIndex(
        offsets=np.array([member.offset for member in pictures], np.int64),
        sizes=np.array([member.size for member in pictures], np.int64),
        people=Texts.of(names),
        rows=np.array([row_of[labelling.person] for labelling in labellings], np.int64),
        sources=Texts.of(labelling.source for labelling in labellings),
        found=np.array([labelling.found for labelling in labellings], np.bool_),
        made_from=made_from,
    )


def index_path(path: Path) -> Path:
    """Return where the index of a shard lies."""
    return path.with_name(path.name + SUFFIX)


def save_index(path: Path, index: ShardIndex, *, written: Path | None = None) -> None:
    """Write the index of the shard at ``path``, whole or not at all; raises OSError.

    ``written`` is where the shard still lies, if it is to be moved to ``path`` afterwards.
    """
    status = (written or path).stat()
    own = index_path(path)
    partial = own.with_name(f"{own.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as stream:
            np.savez(
                stream,
                form=np.int64(_FORM),
                shard=np.array([status.st_size, status.st_mtime_ns], np.int64),
                made_from=np.array(index.made_from),
                offsets=index.offsets,
                sizes=index.sizes,
                people=index.people.blob,
                people_ends=index.people.ends,
                rows=index.rows,
                sources=index.sources.blob,
                sources_ends=index.sources.ends,
                found=index.found,
            )
        partial.replace(own)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def load_index(path: Path) -> ShardIndex | None:
    """Return the index file of a shard; ``None`` where there is none that holds.

    Raises
    ------
    DataError
        The shard is absent.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise DataError(f"the shard cannot be read: {error.strerror}", item=str(path)) from error
    try:
        with index_path(path).open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            if int(file["form"]) != _FORM:
                return None
            if file["shard"].tolist() != [status.st_size, status.st_mtime_ns]:
                return None
            index = ShardIndex(
                offsets=file["offsets"].astype(np.int64),
                sizes=file["sizes"].astype(np.int64),
                people=Texts(file["people"].astype(np.uint8), file["people_ends"]),
                rows=file["rows"].astype(np.int64),
                sources=Texts(file["sources"].astype(np.uint8), file["sources_ends"]),
                found=file["found"].astype(np.bool_),
                made_from=str(file["made_from"]),
            )
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return None  # absent or damaged: it is made again
    return index if _holds(index, status.st_size) else None


def _holds(index: ShardIndex, shard_bytes: int) -> bool:
    count = len(index)
    columns = (index.sizes, index.rows, index.found)
    if any(column.shape != (count,) for column in columns) or len(index.sources) != count:
        return False
    if not count:
        return True
    return bool(
        index.offsets.min() >= 0
        and index.sizes.min() >= 0
        and (index.offsets + index.sizes).max() <= shard_bytes
        and index.rows.min() >= 0
        and index.rows.max() < len(index.people)
    )
