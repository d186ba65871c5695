"""Protocols measured on a network in training, through chips that were cut beforehand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from facemetric.datasets import Photo, data_root, photo_name
from facemetric.datasets.chips import ChipSource, open_chips, read_chip
from facemetric.errors import DataError
from facemetric.evaluation import PROTOCOLS, Embedded, Evaluation, Settings, Task, evaluate
from facemetric.training.network import embed_chips
from facemetric.types import UInt8


class PackEmbedder:
    """An ``embed`` for `facemetric.evaluation.evaluate` that looks photographs up in a pack.

    The chips are decoded once and kept: 37 KB each at 112 × 112.

    Parameters
    ----------
    pack
        Chips with the protocol's photographs by name, those without a face included.
    chip_px
        Height and width of the network's chips.
    batch
        Chips in the network at a time.
    flip
        Whether the mirror image counts as well.
    """

    def __init__(
        self, pack: ChipSource, *, chip_px: tuple[int, int], batch: int = 256, flip: bool = False
    ) -> None:
        self._pack = pack
        self._chip_px = chip_px
        self._batch = batch
        self._flip = flip
        self._kept: tuple[tuple[Photo, ...], list[int], UInt8] | None = None

    def embed(
        self, photos: Sequence[Photo], network: nn.Module, *, device: torch.device
    ) -> Embedded:
        """Return unit embeddings ``float32 (N, D)`` and ``bool (N,)``: a face was found.

        Raises
        ------
        DataError
            The pack lacks a photograph.
        """
        rows, pixels = self._looked_up(tuple(photos))
        training = network.training
        network.eval()
        parts = [
            embed_chips(
                network,
                torch.from_numpy(pixels[start : start + self._batch]),
                flip=self._flip,
                device=device,
            ).cpu()
            for start in range(0, len(pixels), self._batch)
        ]
        network.train(training)
        return torch.cat(parts).numpy(), self._pack.found[rows]

    def _looked_up(self, photos: tuple[Photo, ...]) -> tuple[list[int], UInt8]:
        if self._kept is None or self._kept[0] != photos:
            rows = photo_rows(self._pack, photos)
            pixels = np.stack([read_chip(self._pack, row, size_px=self._chip_px) for row in rows])
            self._kept = photos, rows, pixels
        return self._kept[1:]


def photo_rows(pack: ChipSource, photos: Sequence[Photo]) -> list[int]:
    """Return each photograph's row in a pack; DataError where one is not in it."""
    row_of = {pack.item(row): row for row in range(len(pack))}
    names = [photo_name(photo) for photo in photos]
    missing = [name for name in names if name not in row_of]
    if missing:
        raise DataError(
            f"the pack lacks {len(missing):,} of {len(names):,} photographs, such as {missing[0]}",
            item="evaluate.pack",
            fix="Make it anew: facemetric dataset PHOTOS PACK --keep-faceless --no-dedupe",
        )
    return [row_of[name] for name in names]


class ProtocolOnPack:
    """One protocol with its pack, ready to be measured again and again.

    Parameters
    ----------
    protocol
        A name in `facemetric.evaluation.PROTOCOLS`.
    data
        The protocol's data; ``None`` for the folder of its name in the data folder.
    pack
        Where the chips are.
    chip_px, batch, flip
        See `PackEmbedder`.

    Raises
    ------
    DataError
        The data or the pack are absent, or the pack lacks a photograph: known before the first
        epoch, not after it.
    """

    def __init__(
        self,
        protocol: str,
        *,
        data: Path | None,
        pack: Path,
        chip_px: tuple[int, int],
        batch: int = 256,
        flip: bool = False,
    ) -> None:
        self.protocol = protocol
        self.flip = flip
        self.task: Task = PROTOCOLS[protocol](data if data is not None else data_root() / protocol)
        chips = open_chips(pack)
        photo_rows(chips, self.task.photos)
        self._embedder = PackEmbedder(chips, chip_px=chip_px, batch=batch, flip=flip)

    def measure(
        self, network: nn.Module, *, device: torch.device, settings: Settings | None = None
    ) -> Evaluation:
        """Return every figure of the protocol for a network."""
        return evaluate(
            self.task,
            lambda photos: self._embedder.embed(photos, network, device=device),
            settings,
            conditions={"flip": self.flip, "chips": "pack"},
        )


def figures_by_name(evaluation: Evaluation) -> dict[str, float]:
    """Return the figures of every part, with their intervals, by names that a log can hold."""
    figures: dict[str, float] = {}
    protocol = evaluation.task.protocol
    for part in evaluation.parts:
        prefix = protocol if len(evaluation.parts) == 1 else f"{protocol}_{part.name}"
        for figure in part.figures:
            if figure.value is None:
                continue
            name = _plain(f"{prefix}_{figure.name}")
            figures[name] = figure.value
            if figure.interval is not None:
                figures[f"{name}_low"] = figure.interval.low
                figures[f"{name}_high"] = figure.interval.high
    return figures


def _plain(name: str) -> str:
    """Return a name of lower-case letters, digits, points and underscores."""
    return re.sub(r"[^a-z0-9.]+", "_", name.replace("′", "_prime").lower()).strip("_")
