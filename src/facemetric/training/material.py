"""The training set of a recipe, and what is held back from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from facemetric.datasets.chips import (
    ChipSource,
    DecodedChips,
    SubsetSource,
    at_least_k,
    merge_sources,
    open_chips,
    read_chip,
    split_at_random,
    split_by_order,
)
from facemetric.errors import DataError
from facemetric.training.recipe.data import Data


@dataclass(frozen=True, eq=False)
class Material:
    """What a run learns from.

    Attributes
    ----------
    source
        The training chips; its labels are the classes.
    chip_px
        Height and width of every chip.
    held
        Photographs held back, with the same classes; ``None`` without a split.
    """

    source: ChipSource
    chip_px: tuple[int, int]
    held: ChipSource | None = None

    @property
    def classes(self) -> int:
        """People in the training set."""
        return len(self.source.names)


def open_material(
    data: Data, *, seed: int, progress: Callable[[int], None] | None = None
) -> Material:
    """Open, merge, filter and split the training set of a recipe.

    In this order: sources merged by person, chips without a face left out, people with too few
    photographs left out, a share of the photographs drawn, the split.

    Parameters
    ----------
    data
        Of the recipe.
    seed
        Of the share.
    progress
        Called with the number of chips decoded, where they are kept in memory.

    Raises
    ------
    DataError
        A source is absent or damaged, or nothing is left.
    InputError
        The split leaves a part empty, or the chips do not fit into memory.
    """
    sources = [open_chips(path) for path in data.train]
    source: ChipSource = sources[0] if len(sources) == 1 else merge_sources(sources)
    if not data.faceless and not source.found.all():
        source = SubsetSource(source, np.flatnonzero(source.found))
    if data.min_images > 1:
        source = at_least_k(source, data.min_images)
    if data.share < 1:
        order = np.random.default_rng(seed).permutation(len(source))
        source = SubsetSource(source, np.sort(order[: max(1, round(data.share * len(source)))]))
    if not len(source):
        raise DataError(
            "no photographs are left",
            item=", ".join(map(str, data.train)),
            fix="Lower data.min_images, or set data.faceless",
        )
    held: ChipSource | None = None
    if data.split is not None:
        apart = len(source) - data.split.train
        if data.split.kind == "random":
            parts = split_at_random(source, test_images=apart, seed=data.split.seed)
        else:
            parts = split_by_order(source, test_images=apart)
        source, held = parts.train, parts.test
    rows, columns = read_chip(source, 0).shape[:2]
    size_px = (int(rows), int(columns))
    if data.in_memory:
        limit = data.memory_mb * 1_000_000
        source = DecodedChips(source, size_px=size_px, limit_bytes=limit, on_progress=progress)
        if held is not None:
            held = DecodedChips(held, size_px=size_px, limit_bytes=limit)
    return Material(source, size_px, held)
