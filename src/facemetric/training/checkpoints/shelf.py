"""The checkpoints of a run: which are there, which is last, which is best, which may go."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from facemetric.errors import CheckpointError, InputError
from facemetric.training.checkpoints.manifest import MANIFEST, read_manifest

_NAME = re.compile(r"step-(\d{9})")


def checkpoint_folder(root: Path, step: int) -> Path:
    """Return the folder of a step's checkpoint: ``<root>/step-000001200``."""
    return root / f"step-{step:09d}"


def checkpoints_in(root: Path) -> list[Path]:
    """Return the whole checkpoints of a run, oldest first; none where there is no folder.

    Those that a killed process left half written have other names and are not among them.
    """
    if not root.is_dir():
        return []
    return sorted(
        path for path in root.iterdir() if _NAME.fullmatch(path.name) and (path / MANIFEST).exists()
    )


def last_checkpoint(root: Path) -> Path | None:
    """Return the checkpoint of the highest step, or ``None``."""
    return next(reversed(checkpoints_in(root)), None)


def best_checkpoint(root: Path, score: str = "score") -> Path | None:
    """Return the checkpoint whose state has the highest score; of equal ones the earliest.

    Parameters
    ----------
    root
        The run's checkpoints.
    score
        The number in the state, higher is better; checkpoints without it (or ``None``), or with a
        damaged manifest, do not take part.
    """
    scored = [(_score(path, score), path) for path in checkpoints_in(root)]
    known = [(value, path) for value, path in scored if value is not None]
    return max(known, key=lambda item: item[0])[1] if known else None


def prune_checkpoints(
    root: Path, *, keep: Callable[[int], bool] | None = None, score: str = "score"
) -> list[Path]:
    """Delete all but the last and the best checkpoint and those to keep; return the deleted.

    To be called by the first process, after a checkpoint is written. One whose manifest is
    damaged has no score: it goes with the others, and does not stop a run that is well.

    Parameters
    ----------
    root
        The run's checkpoints.
    keep
        Told a checkpoint's step, whether it stays for good.
    score
        As for `best_checkpoint`.
    """
    kept = {last_checkpoint(root), best_checkpoint(root, score)}
    gone = [
        path
        for path in checkpoints_in(root)
        if path not in kept and not (keep is not None and keep(step_of(path)))
    ]
    for path in gone:
        # First out of the list, so that a process killed here leaves no torn checkpoint.
        doomed = path.with_name(f".{path.name}.replaced")
        shutil.rmtree(doomed, ignore_errors=True)
        path.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)
    return gone


def step_of(folder: Path) -> int:
    """Return the step in a checkpoint's name; InputError where it has none."""
    match = _NAME.fullmatch(folder.name)
    if match is None:
        raise InputError("wanted a name such as step-000001200", item=str(folder))
    return int(match[1])


def _score(folder: Path, name: str) -> float | None:
    try:
        value = read_manifest(folder).state.get(name)
    except CheckpointError:
        return None
    return None if value is None else float(value)
