"""A recipe carried out: processes, threads, training set, trainer, signals, run page."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import numpy as np
import torch
from numpy.typing import NDArray

from facemetric.bundle import open_bundle
from facemetric.datasets.chips import open_chips
from facemetric.errors import DataError
from facemetric.training.distributed import Ranks, join_ranks
from facemetric.training.evaluation import ProtocolOnPack
from facemetric.training.logs.run_log import LOG_NAME
from facemetric.training.material import Material, open_material
from facemetric.training.page import write_run_page
from facemetric.training.recipe import Recipe
from facemetric.training.teacher import teacher_embeddings
from facemetric.training.trainer import Finished, Trainer

Told = Callable[[str], None]


def run_recipe(
    recipe: Recipe,
    folder: Path,
    *,
    resume: bool = False,
    progress: bool = False,
    tell: Told = lambda text: None,
) -> Finished:
    """Train as a recipe says; under ``torchrun``, together with the other processes.

    SIGINT and SIGTERM end the run after the step that is under way, with a checkpoint; a second
    one ends it at once.

    Parameters
    ----------
    recipe
        What to do.
    folder
        Where the run goes.
    resume
        Go on with the run that is there.
    progress
        Whether to show it on standard error.
    tell
        Called with a line about what is being prepared.

    Raises
    ------
    FacemetricError
        See `open_material`, `ProtocolOnPack`, `Trainer.run` and `join_ranks`.
    """
    if recipe.run.threads is not None:
        torch.set_num_threads(recipe.run.threads)
    with join_ranks(device=recipe.run.device) as ranks, stop_signals() as stopped:
        told = tell if ranks.first else lambda text: None
        told("opening the training set")
        material = open_material(recipe.data, seed=recipe.seed)
        source = material.source
        told(f"{len(source):,} photographs of {material.classes:,} people")
        protocols = tuple(
            ProtocolOnPack(
                one.protocol,
                data=one.data,
                pack=one.pack,
                chip_px=material.chip_px,
                batch=one.batch,
                flip=one.flip,
            )
            for one in recipe.evaluate
            if ranks.first
        )
        trainer = Trainer(
            recipe,
            folder,
            material,
            ranks=ranks,
            protocols=protocols,
            reference=_reference(recipe, folder, material, ranks, told),
            should_stop=lambda: _any_stopped(stopped, ranks),
            progress=progress,
        )
        try:
            return trainer.run(resume=resume)
        finally:
            if ranks.first and (folder / LOG_NAME).exists():
                told(f"page: {write_run_page(folder)}")


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """Collect SIGINT and SIGTERM in a list; from the second one on they act as usual."""
    seen: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        for one, handler in before.items():
            signal.signal(one, handler)

    for number in before:
        signal.signal(number, note)
    try:
        yield seen
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _any_stopped(stopped: list[int], ranks: Ranks) -> bool:
    """Whether any process was asked to stop: all must agree on the step."""
    if ranks.group is None:
        return bool(stopped)
    flag = torch.tensor([float(bool(stopped))], device=ranks.device)
    torch.distributed.all_reduce(flag, group=ranks.group)
    return bool(flag.item() > 0)


def _reference(
    recipe: Recipe, folder: Path, material: Material, ranks: Ranks, told: Told
) -> NDArray[np.float32] | None:
    if recipe.reference is None:
        return None
    bundle = open_bundle(recipe.reference.bundle)
    pack = None if recipe.reference.pack is None else open_chips(recipe.reference.pack)
    told(f"embedding the training set with {bundle.id}")
    if ranks.first:
        table = teacher_embeddings(material.source, bundle, pack=pack, cache=folder / "reference")
    ranks.barrier()
    if not ranks.first:
        table = teacher_embeddings(material.source, bundle, pack=pack, cache=folder / "reference")
    if len(table) != len(material.source):
        raise DataError(
            f"expected {len(material.source):,} rows, got {len(table):,}", item=bundle.id
        )
    return table
