"""A recipe carried out: processes, threads, training set, trainer, signals, run page."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import numpy as np
import torch
from numpy.typing import NDArray

from facemetric.bundle import open_bundle
from facemetric.datasets.chips import open_chips
from facemetric.processors import session_threads
from facemetric.training.allocator import keep_freed_memory
from facemetric.training.checkpoints import last_checkpoint
from facemetric.training.distributed import Ranks, join_ranks
from facemetric.training.evaluation import ProtocolOnPack
from facemetric.training.logs.run_log import LOG_NAME
from facemetric.training.material import Material, open_material
from facemetric.training.page import write_run_page
from facemetric.training.recipe import Recipe
from facemetric.training.run_folder import RunFolder
from facemetric.training.teacher import teacher_embeddings
from facemetric.training.trainer import Finished, Trainer

Told = Callable[[str], None]
_SAME_SIGNAL_S = 1.0


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
    one ends it at once. The process keeps the memory that it frees (`keep_freed_memory`).

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
    elif (threads := session_threads(None)) is not None:
        torch.set_num_threads(threads)
    keep_freed_memory()
    with join_ranks(device=recipe.run.device) as ranks, stop_signals(tell) as stopped:
        told = tell if ranks.first else lambda text: None
        if ranks.first:
            _say_where(RunFolder(folder), recipe, resume=resume, told=told)
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


def _say_where(run: RunFolder, recipe: Recipe, *, resume: bool, told: Told) -> None:
    """Refuse a folder of another run before the training set is read; say where this one is."""
    run.check(recipe, resume=resume)
    if not resume:
        return
    last = last_checkpoint(run.checkpoints)
    if last is None:
        told(f"no checkpoint in {run.path} yet: from the beginning")
    else:
        told(f"going on from {last.name}")


@contextmanager
def stop_signals(tell: Told = lambda text: None) -> Iterator[list[int]]:
    """Collect SIGINT and SIGTERM in a list; a second one acts as usual.

    One Ctrl-C under ``torchrun`` comes twice, from the terminal and from ``torchrun``: what comes
    within a second of the first counts as the same.
    """
    seen: list[int] = []
    first_s = 0.0
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal first_s
        if not seen:
            first_s = time.monotonic()
            tell("stopping after this step, with a checkpoint; once more stops at once")
        elif time.monotonic() - first_s >= _SAME_SIGNAL_S:
            for one, handler in before.items():
                signal.signal(one, handler)
            signal.raise_signal(number)
        seen.append(number)

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
    return table
