"""Batches of augmented chips, the next one made while the network works on this one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from facemetric.datasets.augmentation import Augmentation, sample_rng
from facemetric.datasets.chips import ChipSource, DecodedChips, read_chip
from facemetric.types import UInt8


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """One process's part of a batch.

    Attributes
    ----------
    pixels
        ``uint8 (N, H, W, 3)`` RGB.
    labels
        ``int64 (N,)``: classes.
    rows
        ``int64 (N,)``: rows of the source.
    """

    pixels: Tensor
    labels: Tensor
    rows: Tensor


class ChipBatches(Dataset[Batch]):
    """Batches by number; what a batch holds depends on seed, epoch, rows and turns alone.

    Parameters
    ----------
    source
        Chips, all of one size.
    rows
        The rows of each batch.
    turns
        From `turns_of`, so that a chip which comes twice is changed in two ways.
    augmentation
        What is done to a chip; ``None`` for nothing.
    chip_px
        Height and width that every chip must have.
    seed, epoch
        Of the augmentation.
    """

    def __init__(
        self,
        source: ChipSource,
        rows: Sequence[NDArray[np.int64]],
        turns: Sequence[NDArray[np.int64]],
        *,
        augmentation: Augmentation | None,
        chip_px: tuple[int, int],
        seed: int,
        epoch: int,
    ) -> None:
        self._source = source
        self._rows, self._turns = rows, turns
        self._augmentation = augmentation
        self._chip_px = chip_px
        self._seed, self._epoch = seed, epoch

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, number: int) -> Batch:
        rows = self._rows[number]
        pixels = np.empty((len(rows), *self._chip_px, 3), np.uint8)
        wanted = zip(rows.tolist(), self._turns[number].tolist(), strict=True)
        for place, (row, turn) in enumerate(wanted):
            pixels[place] = self._chip(row, turn)
        labels = self._source.labels[rows]
        return Batch(torch.from_numpy(pixels), torch.from_numpy(labels), torch.from_numpy(rows))

    def _chip(self, row: int, turn: int) -> UInt8:
        if isinstance(self._source, DecodedChips):
            chip: UInt8 = self._source.pixels[row]
        else:
            chip = read_chip(self._source, row, size_px=self._chip_px)
        if self._augmentation is None:
            return chip
        return self._augmentation(chip, sample_rng(self._seed, self._epoch, row, turn))


def turns_of(batches: Sequence[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
    """Return, for every row of an epoch's batches, how often it has come in them before.

    Samplers of people repeat the images of those who have few. Two equal pictures would be a
    positive pair without a distance.
    """
    if not batches:
        return []
    rows = np.concatenate(batches)
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(rows)])
    counts = np.diff(np.r_[first, len(rows)])
    turns = np.empty(len(rows), np.int64)
    turns[order] = np.arange(len(rows)) - np.repeat(first, counts)
    return np.split(turns, np.cumsum([len(batch) for batch in batches])[:-1])


def load_batches(batches: ChipBatches, *, workers: int = 0) -> Iterator[Batch]:
    """Yield every batch in order.

    Parameters
    ----------
    batches
        What to load.
    workers
        Processes that decode and augment; with 0 a thread of this process does, one batch ahead.
    """
    if workers:
        yield from DataLoader(batches, batch_size=None, num_workers=workers, worker_init_fn=_apart)
        return
    if not len(batches):
        return
    with ThreadPoolExecutor(1, thread_name_prefix="chips") as pool:
        coming = pool.submit(batches.__getitem__, 0)
        for number in range(1, len(batches) + 1):
            batch = coming.result()
            if number < len(batches):
                coming = pool.submit(batches.__getitem__, number)
            yield batch


def _apart(worker: int) -> None:
    """Leave the group of processes: one SIGTERM for all, as torchrun sends it, would end this one.

    The training process could then not finish its step; it ends its workers itself.
    """
    os.setpgid(0, 0)
