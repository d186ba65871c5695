"""Chips out of shards, in any order, by any number of threads and processes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.shards.index import open_index
from facemetric.datasets.shards.tar import damaged
from facemetric.datasets.shards.texts import Texts
from facemetric.errors import DataError

UNFINISHED = "unfinished"
"""A file of this name says that a pack is being written."""


class ShardSource:
    """The chips of a ``.tar`` or of all in a folder.

    Attributes
    ----------
    shards
        The archives, by name.
    names
        The different people, sorted.
    labels
        ``int64 (N,)``: the row of each chip's person in ``names``.
    found
        ``bool (N,)``: false for a stand-in crop, where no face was detected.

    Parameters
    ----------
    path
        A shard or a folder of shards.

    Raises
    ------
    DataError
        There is no shard, one is damaged, or the pack is unfinished.
    """

    def __init__(self, path: Path) -> None:
        self.shards = find_shards(Path(path))
        indexes = [open_index(shard) for shard in self.shards]
        people = [[index.people[row] for row in range(len(index.people))] for index in indexes]
        self.names: tuple[str, ...] = tuple(sorted({name for names in people for name in names}))
        if not self.names:
            raise DataError("the shards hold no pictures", item=str(path))
        row_of = {name: row for row, name in enumerate(self.names)}
        self.labels: NDArray[np.int64] = np.concatenate(
            [
                np.array([row_of[name] for name in names], np.int64)[index.rows]
                for names, index in zip(people, indexes, strict=True)
                if len(index)
            ]
        )
        self.found: NDArray[np.bool_] = np.concatenate([index.found for index in indexes])
        self._offsets = np.concatenate([index.offsets for index in indexes])
        self._sizes = np.concatenate([index.sizes for index in indexes])
        self._ends = np.cumsum([len(index) for index in indexes])
        self._sources = Texts.joined([index.sources for index in indexes])
        # By process: a handle of the parent is not used after a fork.
        self._files: dict[tuple[int, int], int] = {}

    def __len__(self) -> int:
        return len(self.labels)

    def __getstate__(self) -> dict[str, object]:
        state = self.__dict__.copy()
        del state["_files"]
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self._files = {}

    def item(self, row: int) -> str:
        """Return what to call a chip: its photograph's name, ``"Person/Person_0001.jpg"``."""
        return self._sources[range(len(self))[row]]

    def encoded(self, row: int) -> bytes:
        """Return the encoded picture of a chip.

        Raises
        ------
        DataError
            The shard has become shorter, or cannot be read.
        """
        row = range(len(self))[row]
        shard = int(np.searchsorted(self._ends, row, side="right"))
        offset, size = int(self._offsets[row]), int(self._sizes[row])
        path = self.shards[shard]
        try:
            data = os.pread(self._handle(shard), size, offset)
        except OSError as error:
            raise DataError(
                f"the shard cannot be read: {error.strerror}", item=f"{path}, offset {offset}"
            ) from error
        if len(data) < size:
            raise damaged(path, offset, f"expected {size:,} bytes, got {len(data):,}")
        return data

    def close(self) -> None:
        """Close this process's files; reading opens them again."""
        for key in [key for key in self._files if key[0] == os.getpid()]:
            os.close(self._files.pop(key))

    def __del__(self) -> None:
        if hasattr(self, "_files"):
            self.close()

    def _handle(self, shard: int) -> int:
        key = (os.getpid(), shard)
        if key not in self._files:
            handle = os.open(self.shards[shard], os.O_RDONLY | os.O_CLOEXEC)
            # Of two threads that opened it, the first one's stays.
            if self._files.setdefault(key, handle) != handle:
                os.close(handle)
        return self._files[key]


def find_shards(path: Path) -> tuple[Path, ...]:
    """Return a shard, or those of a folder by name.

    Raises
    ------
    DataError
        There is none, or the pack in the folder is unfinished.
    """
    if path.is_file():
        return (path,)
    if not path.is_dir():
        raise DataError("expected a .tar or a folder of them", item=str(path))
    if (path / UNFINISHED).exists():
        raise DataError(
            "the pack is unfinished",
            item=str(path),
            fix="Run facemetric dataset again with the same arguments: it goes on where it stopped",
        )
    shards = tuple(sorted(entry for entry in path.glob("*.tar") if entry.is_file()))
    if not shards:
        raise DataError("the folder holds no .tar", item=str(path))
    return shards
