"""A protocol measured on bundles, through chips that were cut beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facemetric.bundle import Bundle
from facemetric.bundle.manifest import Result
from facemetric.datasets import Photo, data_root, photo_name
from facemetric.datasets.chips import ChipSource, open_chips, read_chip
from facemetric.embed import Embedder
from facemetric.errors import DataError
from facemetric.evaluation import PROTOCOLS, Condition, Embedded, Evaluation, evaluate

_AT_ONCE = 64


@dataclass(frozen=True, eq=False, slots=True)
class PackProtocol:
    """A protocol and the chips of its photographs.

    Attributes
    ----------
    protocol
        A name in `facemetric.evaluation.PROTOCOLS`.
    pack
        Where the chips are, named as the protocol's photographs.
    data
        The protocol's own data; ``None`` for the folder of its name in the data folder.
    flip
        Whether the mirror image counts as well.
    """

    protocol: str
    pack: Path
    data: Path | None = None
    flip: bool = False


def measure_bundles(
    bundles: Sequence[Bundle], asked: PackProtocol, *, threads: int | None = None
) -> list[Evaluation]:
    """Return a protocol's evaluation of each bundle, on the same chips.

    Raises
    ------
    DataError
        The data or the pack are absent, or the pack lacks a photograph.
    """
    data = asked.data if asked.data is not None else data_root() / asked.protocol
    task, pack = PROTOCOLS[asked.protocol](data), open_chips(asked.pack)
    rows = _rows(pack, task.photos)
    done = []
    for bundle in bundles:
        embedder = Embedder(bundle, flip=asked.flip, threads=threads, batch_size=_AT_ONCE)
        embed = _Ready(_embedded(pack, rows, embedder))
        conditions: dict[str, Condition] = {"flip": asked.flip, "chips": "pack"}
        done.append(evaluate(task, embed, bundle=bundle.id, conditions=conditions))
    return done


@dataclass(frozen=True, eq=False, slots=True)
class _Ready:
    """An ``embed`` whose answer is known."""

    embedded: Embedded

    def __call__(self, photos: Sequence[Photo]) -> Embedded:
        return self.embedded


def first_results(evaluation: Evaluation, *, conditions: str) -> list[Result]:
    """Return the first figure of every part with its interval, as a manifest has it."""
    protocol = evaluation.task.protocol
    results = []
    for part in evaluation.parts:
        figure = next((one for one in part.figures if one.value is not None), None)
        if figure is None or figure.value is None:
            continue
        interval = figure.interval
        results.append(
            Result(
                protocol=protocol if len(evaluation.parts) == 1 else f"{protocol} {part.name}",
                metric=figure.name,
                value=figure.value,
                deviation=figure.deviation,
                low=None if interval is None else interval.low,
                high=None if interval is None else interval.high,
                conditions=conditions,
            )
        )
    return results


def _embedded(pack: ChipSource, rows: Sequence[int], embedder: Embedder) -> Embedded:
    parts = []
    for start in range(0, len(rows), _AT_ONCE):
        pixels = [read_chip(pack, row) for row in rows[start : start + _AT_ONCE]]
        parts.append(embedder.embed(np.stack(pixels)))
    return np.concatenate(parts), pack.found[list(rows)]


def _rows(pack: ChipSource, photos: Sequence[Photo]) -> list[int]:
    row_of = {pack.item(row): row for row in range(len(pack))}
    names = [photo_name(photo) for photo in photos]
    missing = [name for name in names if name not in row_of]
    if missing:
        raise DataError(
            f"the pack lacks {len(missing):,} of {len(names):,} photographs",
            item=missing[0],
            fix="Make it from the protocol's photographs: facemetric dataset --keep-faceless",
        )
    return [row_of[name] for name in names]
