"""Chips to shards: one after the other, each whole or absent, the same bytes for the same input."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from facemetric.datasets.shards.index import index_path, load_index, make_index, save_index
from facemetric.datasets.shards.record import ChipRecord, Labelling
from facemetric.datasets.shards.tar import BLOCK, Member, tar_end, tar_entry
from facemetric.errors import DataError, InputError

DEFAULT_SHARD_BYTES = 64 << 20
_PARTIAL = ".partial"


@dataclass(frozen=True, slots=True)
class PackedChip:
    """A chip as it goes into a shard.

    Attributes
    ----------
    jpeg
        The encoded picture.
    record
        What is said of it.
    """

    jpeg: bytes
    record: ChipRecord


class ShardWriter:
    """Writes ``name-000000.tar``, ``name-000001.tar`` and so on.

    A shard appears under its name when it is complete and on the disk. What a stopped run has
    completed from the same input is kept: `written` says how many chips that is, and adding goes
    on behind them.

    Parameters
    ----------
    folder
        Made where absent.
    name
        First part of the files' names.
    max_bytes
        Size at which a shard is full; one chip more than fits starts the next.
    made_from
        Digest of the whole input and its settings. Shards of another digest are replaced.
    replace
        Whether shards without an index are replaced, too.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "chips",
        max_bytes: int = DEFAULT_SHARD_BYTES,
        made_from: str,
        replace: bool = False,
    ) -> None:
        if not name or not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
            raise InputError(f"expected letters, digits, - and _, got {name!r}", item="name")
        if max_bytes < 1:
            raise InputError(f"expected at least 1, got {max_bytes}", item="max_bytes")
        if not made_from:
            raise InputError("expected a digest, got an empty text", item="made_from")
        self.folder = Path(folder)
        self._name = name
        self._max_bytes = max_bytes
        self._made_from = made_from
        self._replace = replace
        self._stream: BinaryIO | None = None
        self._pictures: list[Member] = []
        self._labellings: list[Labelling] = []
        self._at = 0
        self.shards: list[Path] = []
        self.written = 0
        self.folder.mkdir(parents=True, exist_ok=True)
        self._keep_finished()

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._abandon()

    def add(self, chip: PackedChip) -> None:
        """Write one chip behind the others.

        Raises
        ------
        OSError
            The disk is full or cannot be written.
        """
        # Numbers, not names: a photograph's name may hold dots, slashes and any letter.
        key = f"{self.written:09d}"
        picture = tar_entry(f"{key}.jpg", chip.jpeg)
        entry = picture + tar_entry(f"{key}.json", chip.record.to_json())
        if self._pictures and self._at + len(entry) + len(tar_end()) > self._max_bytes:
            self._finish()
        if self._stream is None:
            self._stream = self._partial().open("wb")
            self._at = 0
        self._stream.write(entry)
        self._pictures.append(Member(f"{key}.jpg", self._at + BLOCK, len(chip.jpeg)))
        record = chip.record
        self._labellings.append(Labelling(record.person, record.source, record.found))
        self._at += len(entry)
        self.written += 1

    def close(self) -> None:
        """Finish the last shard, and delete those that an earlier, longer run left behind."""
        if self._pictures:
            self._finish()
        for path in self._numbered():
            if path not in self.shards:
                path.unlink()
                index_path(path).unlink(missing_ok=True)

    def _finish(self) -> None:
        assert self._stream is not None
        self._stream.write(tar_end())
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._stream = None
        path = self._path(len(self.shards))
        index = make_index(self._pictures, self._labellings, made_from=self._made_from)
        # First, since a shard without an index is another program's; moving keeps size and time.
        save_index(path, index, written=self._partial())
        self._partial().replace(path)
        _sync_folder(self.folder)
        self.shards.append(path)
        self._pictures, self._labellings = [], []

    def _abandon(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        self._partial().unlink(missing_ok=True)

    def _keep_finished(self) -> None:
        for left in self.folder.glob(f"{self._name}*{_PARTIAL}"):
            left.unlink()
        for path in self._numbered():
            if not self._replace and not index_path(path).exists():
                raise DataError(
                    "a shard of another program, or one without its index, is in the way",
                    item=str(path),
                    fix="Move it away, or choose another folder",
                )
        while (path := self._path(len(self.shards))).exists():
            index = load_index(path)
            if index is None or index.made_from != self._made_from:
                break
            self.shards.append(path)
            self.written += len(index)

    def _numbered(self) -> list[Path]:
        shape = "[0-9]" * 6
        return sorted(self.folder.glob(f"{self._name}-{shape}.tar"))

    def _path(self, number: int) -> Path:
        return self.folder / f"{self._name}-{number:06d}.tar"

    def _partial(self) -> Path:
        return self.folder / f"{self._name}.tar{_PARTIAL}"


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a loss of power, where folders can be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
