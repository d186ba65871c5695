"""Save and load a checkpoint: named tensors and a JSON state, whole or not at all."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor
from torch.distributed import checkpoint as dcp

from facemetric.errors import CheckpointError, FacemetricError
from facemetric.training.checkpoints.manifest import Manifest, read_manifest
from facemetric.training.checkpoints.planner import ShardLoadPlanner, ShardSavePlanner
from facemetric.training.checkpoints.storage import SafetensorsReader, SafetensorsWriter
from facemetric.training.distributed.ranks import Ranks
from facemetric.training.distributed.shard import Shard


def save_checkpoint(
    folder: Path,
    tensors: Mapping[str, Tensor | Shard],
    state: Mapping[str, Any],
    *,
    ranks: Ranks,
    recipe: Mapping[str, Any] | None = None,
) -> None:
    """Write a checkpoint, which is there as a whole or not at all.

    It is written beside its place, synced to the disk and renamed. Every process calls this; all
    of them must see one file system. An older checkpoint of this name is replaced.

    Parameters
    ----------
    folder
        Where it will be.
    tensors
        By name. A `Shard` is written by the process that holds it, any other tensor by the first
        process that has one of that name.
    state
        Whatever else resuming needs, as JSON can hold it; the first process's is kept.
    ranks
        The processes.
    recipe
        What a run must have in common with this one to resume from here; see `load_checkpoint`.

    Raises
    ------
    InputError
        The state is not JSON, or shards overlap or leave rows out.
    CheckpointError
        The disk refuses, in any process.
    """
    writer = SafetensorsWriter(
        folder,
        rank=ranks.rank,
        world=ranks.world,
        state=dict(state),
        recipe=None if recipe is None else dict(recipe),
    )
    _collectively(
        folder,
        lambda: dcp.save(
            dict(tensors),
            storage_writer=writer,
            planner=ShardSavePlanner(),
            process_group=ranks.group,
            no_dist=ranks.group is None,
        ),
    )


def load_checkpoint(
    folder: Path,
    into: Mapping[str, Tensor | Shard],
    *,
    ranks: Ranks,
    recipe: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Fill tensors in place from a checkpoint, and return its state.

    The number of processes may differ from the one that wrote it: each reads the rows that it
    holds now. Files are checked by their SHA-256 before any tensor changes.

    Parameters
    ----------
    folder
        The checkpoint.
    into
        Tensors and shards to fill, by name; what else the checkpoint holds is left there.
    ranks
        The processes, all of which call this.
    recipe
        When given, it must equal the one that was saved.

    Raises
    ------
    CheckpointError
        The folder is no checkpoint, is damaged, is of another recipe, lacks a tensor, or holds
        one of another shape or type.
    """
    manifest = read_manifest(folder)
    if recipe is not None:
        _same_recipe(folder, manifest.recipe, recipe)
    reader = SafetensorsReader(folder, manifest, rank=ranks.rank, world=ranks.world)
    _collectively(
        folder,
        lambda: dcp.load(
            dict(into),
            storage_reader=reader,
            planner=ShardLoadPlanner(folder),
            process_group=ranks.group,
            no_dist=ranks.group is None,
        ),
    )
    return manifest.state


def read_checkpoint(folder: Path) -> Manifest:
    """Return a checkpoint's state, recipe, and what its tensors are, without their values."""
    return read_manifest(folder)


def _collectively(folder: Path, act: Callable[[], Any]) -> None:
    """Run a save or load; what failed in any process is raised in every one."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="torch.distributed is disabled")
            act()
    except dcp.CheckpointException as failed:
        rank, (cause, _) = min(failed.failures.items(), key=lambda item: item[0])
        if isinstance(cause, FacemetricError):
            raise cause from failed
        if isinstance(cause, KeyboardInterrupt | SystemExit):
            raise cause from failed
        raise CheckpointError(
            f"process {rank} failed: {type(cause).__name__}: {cause}",
            item=str(folder),
            fix="Every process must see this folder, and there must be room for the checkpoint.",
        ) from failed


def _same_recipe(folder: Path, saved: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> None:
    before, now = dict(_flat(saved or {})), dict(_flat(wanted))
    differing = [key for key in sorted({*before, *now}) if before.get(key) != now.get(key)]
    if differing:
        shown = "; ".join(
            f"{key} was {before.get(key)!r} and is {now.get(key)!r}" for key in differing[:5]
        )
        more = f"; and {len(differing) - 5} more" if len(differing) > 5 else ""
        raise CheckpointError(
            f"written by another recipe: {shown}{more}",
            item=str(folder),
            fix="Resume with the recipe of that run, or start a new run in another folder.",
        )


def _flat(value: Any, name: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [
            pair
            for key, inner in value.items()
            for pair in _flat(inner, f"{name}.{key}" if name else str(key))
        ]
    # JSON has lists only.
    return [(name, list(value) if isinstance(value, tuple) else value)]
