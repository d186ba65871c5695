"""A protocol measured on bundles, through chips that were cut beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facemetric.bundle import Bundle
from facemetric.bundle.manifest import Result
from facemetric.datasets import Photo, data_root
from facemetric.datasets.chips import ChipSource, open_chips, read_chip
from facemetric.embed import Embedder
from facemetric.evaluation import PROTOCOLS, Condition, Embedded, Evaluation, evaluate
from facemetric.training.evaluation import photo_rows

_AT_ONCE = 64


def measure_bundles(
    bundles: Sequence[Bundle],
    protocol: str,
    *,
    pack: Path,
    data: Path | None = None,
    flip: bool = False,
    threads: int | None = None,
) -> list[Evaluation]:
    """Return a protocol's evaluation of each bundle, on the same chips.

    Parameters
    ----------
    bundles
        What is measured, each with its own preprocessing.
    protocol
        A name in `facemetric.evaluation.PROTOCOLS`.
    pack
        Where the chips are, named as the protocol's photographs.
    data
        The protocol's own data; ``None`` for the folder of its name in the data folder.
    flip
        Whether the mirror image counts as well.
    threads
        Of a network.

    Raises
    ------
    DataError
        The data or the pack are absent, or the pack lacks a photograph.
    """
    task = PROTOCOLS[protocol](data if data is not None else data_root() / protocol)
    chips = open_chips(pack)
    rows = photo_rows(chips, task.photos)
    done = []
    for bundle in bundles:
        embedder = Embedder(bundle, flip=flip, threads=threads, batch_size=_AT_ONCE)
        embed = _Ready(_embedded(chips, rows, embedder))
        conditions: dict[str, Condition] = {"flip": flip, "chips": "pack"}
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
