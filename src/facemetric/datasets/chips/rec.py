"""InsightFace's training sets: ``train.rec``, ``train.idx`` and ``property``, without mxnet.

Record 0 holds two numbers: images are records 1 to the first, and from there to the second each
record holds the range of one person's images. Sets that MXNet's ``im2rec`` writes lack these.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.chips.positional import PositionalFile
from facemetric.datasets.chips.rec_heads import HEADER, RecordHeads, read_heads
from facemetric.datasets.chips.recordio import DAMAGED, find_records, read_index, read_record
from facemetric.datasets.listing import read_text, whole_number
from facemetric.errors import DataError

_EXACT = 1 << 24  # beyond it float32, in which the format writes keys, skips whole numbers


class RecSource:
    """Pictures in a ``.rec`` file as a `ChipSource`; made by `open_rec`."""

    def __init__(
        self,
        file: PositionalFile,
        keys: NDArray[np.int64],
        offsets: NDArray[np.int64],
        most_bytes: NDArray[np.int64],
        numbers: NDArray[np.int64],
        size_px: tuple[int, int] | None,
    ) -> None:
        self._file = file
        self._keys = keys
        self._offsets = offsets
        self._most_bytes = most_bytes
        self.size_px = size_px
        """Rows and columns that ``property`` states; ``None`` where it is absent."""
        people, inverse = np.unique(numbers, return_inverse=True)
        order = sorted(range(len(people)), key=lambda row: str(people[row]))
        self.names: tuple[str, ...] = tuple(str(people[row]) for row in order)
        """Labels as text, sorted as text."""
        rank = np.empty(len(people), np.int64)
        rank[order] = np.arange(len(people))
        self.labels: NDArray[np.int64] = rank[inverse]
        """``int64 (N,)``: the row of each picture's person in ``names``."""

    @cached_property
    def found(self) -> NDArray[np.bool_]:
        """``bool (N,)``: True, for the format does not say."""
        return np.ones(len(self), np.bool_)

    def __len__(self) -> int:
        return len(self._keys)

    def encoded(self, row: int) -> bytes:
        """Return a record's picture.

        Raises
        ------
        DataError
            The record is damaged or holds no picture.
        """
        item = self.item(row)
        at, most = int(self._offsets[row]), int(self._most_bytes[row])
        data = read_record(self._file, at, most_bytes=most, item=item)
        if len(data) < HEADER.size:
            raise DataError("the record is too short for its header", item=item, fix=DAMAGED)
        start = HEADER.size + 4 * HEADER.unpack_from(data)[0]
        if start >= len(data):
            raise DataError("the record holds no picture", item=item)
        return data[start:]

    def item(self, row: int) -> str:
        """Return the file and the record's key."""
        return f"{self._file.path.name}, record {self._keys[row]}"


def open_rec(path: Path) -> RecSource:
    """Open a ``.rec`` file with its ``.idx`` (without one, all of its heads are read).

    People are the ranges of InsightFace's sets where these fit the labels of their first and last
    image; else the label of every record is read.

    Raises
    ------
    DataError
        A file cannot be read, the index does not fit the records, a label is no whole number, or
        there are no images.
    """
    path = Path(path)
    file = PositionalFile(path)
    if file.size_bytes < 8:
        raise DataError("the file holds no records", item=str(path))
    listing = path.with_suffix(".idx")
    if listing.is_file():
        keys, offsets = read_index(listing, file=file)
    else:
        offsets = find_records(file)
        keys = np.arange(len(offsets), dtype=np.int64)
    records = _Records(file, keys, offsets)
    images, numbers = records.images()
    if not len(images):
        raise DataError("there are no images in it", item=str(path))
    starts = np.append(np.unique(offsets), file.size_bytes)
    ends = starts[np.searchsorted(starts, offsets[images], side="right")]
    return RecSource(
        file, keys[images], offsets[images], ends - offsets[images], numbers, _size_of(path)
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Records:
    file: PositionalFile
    keys: NDArray[np.int64]
    offsets: NDArray[np.int64]

    def images(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of the records with images, and the number of the person in each."""
        everything = np.arange(len(self.keys))
        if self.keys[0] != 0:
            return everything, self._numbers(everything)
        first = self._heads(everything[:1])
        if not first.bare[0]:
            return everything, self._numbers(everything)
        begin, end = (float(value) for value in first.labels[0])
        if not (1 <= begin <= end <= float(self.keys[-1]) + 1 and begin % 1 == end % 1 == 0):
            raise DataError(
                f"expected images up to a record of {self.keys[-1]}, got {begin:g} and {end:g}",
                item=f"{self.file.path}, record 0",
                fix="The index and the records do not belong together, or one is damaged",
            )
        if begin > _EXACT:
            images = np.flatnonzero(~self._heads(everything).bare)
            return images, self._numbers(images)
        images = self._rows(np.arange(1, int(begin)))
        numbers = self._from_ranges(images, self._rows(np.arange(int(begin), int(end))))
        return images, self._numbers(images) if numbers is None else numbers

    def _from_ranges(
        self, images: NDArray[np.int64], people: NDArray[np.int64]
    ) -> NDArray[np.int64] | None:
        """Return the person's number in each image; None where the ranges do not fit."""
        if not len(people) or not len(images):
            return None
        heads = self._heads(people)
        if not (heads.bare.all() and np.isfinite(heads.labels).all()):
            return None
        ranges = heads.labels.astype(np.int64)
        ranges = ranges[np.argsort(ranges[:, 0], kind="stable")]
        ranges = ranges[ranges[:, 1] > ranges[:, 0]]
        borders = np.append(ranges[:, 0], len(images) + 1)
        fits = len(ranges) and borders[0] == 1 and (ranges[:, 1] == borders[1:]).all()
        if not fits:
            return None
        numbers = self._numbers(images[ranges[:, 0] - 1])
        if (numbers != self._numbers(images[ranges[:, 1] - 2])).any():
            return None
        return np.repeat(numbers, ranges[:, 1] - ranges[:, 0])

    def _numbers(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        labels = self._heads(rows).labels[:, 0]
        wrong = np.flatnonzero(~(np.isfinite(labels) & (labels >= 0) & (labels % 1 == 0)))
        if len(wrong):
            raise DataError(
                f"expected a whole number as label, got {labels[wrong[0]]:g}",
                item=f"{self.file.path}, record {self.keys[rows[wrong[0]]]}",
            )
        return labels.astype(np.int64)

    def _heads(self, rows: NDArray[np.int64]) -> RecordHeads:
        return read_heads(self.file, self.offsets[rows], self.keys[rows])

    def _rows(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        rows = np.searchsorted(self.keys, keys)
        absent = np.flatnonzero(self.keys[np.minimum(rows, len(self.keys) - 1)] != keys)
        if len(absent):
            raise DataError(
                f"record {keys[absent[0]]} is not in the index, and {len(absent) - 1} more",
                item=str(self.file.path),
                fix="The index is incomplete: make it again or remove it",
            )
        return rows.astype(np.int64)


def _size_of(path: Path) -> tuple[int, int] | None:
    """Rows and columns that the ``property`` file (people,rows,columns) beside a set states."""
    beside = path.parent / "property"
    if not beside.is_file():
        return None
    fields = read_text(beside, what="the property file").strip().split(",")
    where = str(beside)
    if len(fields) != 3:
        raise DataError(f"expected people,rows,columns, got {','.join(fields)[:80]!r}", item=where)
    _, rows, columns = (whole_number(field, where=where, what="a count", low=1) for field in fields)
    return rows, columns
