"""Carry out the runs of a sweep, each once."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from pydantic import BaseModel

from facemetric._version import __version__
from facemetric.errors import DataError, FacemetricError, UnknownNameError
from facemetric.registry import suggest
from facemetric.training.environment import environment
from facemetric.training.logs import read_log
from facemetric.training.logs.run_log import LOG_NAME
from facemetric.training.recipe import Recipe, read_recipe
from facemetric.training.run_folder import RunFolder
from facemetric.training.session import run_recipe
from facemetric.training.sweep.plan import Plan, PlannedRun, planned_runs
from facemetric.training.sweep.results import RunResult, SweepResult

RESULT_NAME = "sweep.json"
OUTCOME_NAME = "outcome.json"


def run_sweep(
    path: Path,
    plan: Plan,
    folder: Path,
    *,
    overrides: Sequence[str] = (),
    only: Sequence[str] = (),
    tell: Callable[[str], None] = lambda text: None,
    progress: bool = False,
) -> SweepResult:
    """Run what has not been run yet, and write the table after every run.

    A run that was interrupted is resumed; one that failed is a result, and is not tried again. The
    sweep itself can be stopped and called again at any time.

    Parameters
    ----------
    path
        The sweep's file.
    plan
        What it holds.
    folder
        Every run gets a folder in it; the table is ``sweep.json``.
    overrides
        ``key=value`` for every recipe.
    only
        Names of variants; all where there is none.
    tell
        Called with a line before each run.
    progress
        Whether each run shows its progress.

    Returns
    -------
    SweepResult
        Of all runs that there are, earlier ones included.

    Raises
    ------
    UnknownNameError
        There is no such variant.
    InputError
        A recipe is wrong, or another than that of a run which is there, before anything runs.
    KeyboardInterrupt
        A run was stopped on request; it can be resumed.
    """
    known = [variant.name for variant in plan.variant]
    for name in only:
        if name not in known:
            raise UnknownNameError("no such variant", item=name, fix=suggest(name, known))
    runs = planned_runs(path, plan, overrides)
    for run in runs:
        RunFolder(folder / run.folder).check(run.recipe, resume=True)
    folder.mkdir(parents=True, exist_ok=True)
    base = read_recipe(Path(path).parent / plan.recipe, overrides)
    for run in runs:
        done = (folder / run.folder / OUTCOME_NAME).exists()
        if done or (only and run.variant.name not in only):
            continue
        tell(f"{run.variant.name}, seed {run.seed}")
        _run(run, folder / run.folder, progress=progress)
        _write(folder, RESULT_NAME, _result(plan, base, runs, folder))
    result = _result(plan, base, runs, folder)
    _write(folder, RESULT_NAME, result)
    return result


def _run(run: PlannedRun, folder: Path, *, progress: bool) -> None:
    failure: str | None = None
    figures: dict[str, float] = {}
    try:
        finished = run_recipe(run.recipe, folder, resume=True, progress=progress)
        if not finished.complete:
            raise KeyboardInterrupt
        figures = dict(finished.figures)
    except FacemetricError as error:
        if error.code != "training":
            raise
        failure = error.cause
    records = read_log(folder / LOG_NAME)
    rates = [record.figures["images_per_s"] for record in records if record.kind == "step"]
    outcome = RunResult(
        variant=run.variant.name,
        seed=run.seed,
        seconds=records[-1].seconds if records else 0.0,  # It may have failed in its first step.
        images_per_s=sorted(rates)[len(rates) // 2] if rates else None,
        figures=figures,
        failure=failure,
    )
    _write(folder, OUTCOME_NAME, outcome)


def _result(plan: Plan, recipe: Recipe, runs: Sequence[PlannedRun], folder: Path) -> SweepResult:
    outcomes = []
    for run in runs:
        path = folder / run.folder / OUTCOME_NAME
        if path.exists():
            outcomes.append(RunResult.model_validate_json(path.read_text(encoding="utf-8")))
    return SweepResult(
        title=plan.title,
        version=__version__,
        environment=environment(torch.device(recipe.run.device)),
        recipe=recipe.model_dump(mode="json"),
        variants={variant.name: variant.set for variant in plan.variant},
        notes={variant.name: variant.note for variant in plan.variant if variant.note},
        runs=tuple(outcomes),
    )


def read_result(path: Path) -> SweepResult:
    """Read a sweep's table; DataError where it is absent or damaged."""
    try:
        return SweepResult.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise DataError(
            "no such file: nothing has been run there", item=str(path), fix="Give the sweep's --out"
        ) from error
    except (OSError, ValueError) as error:
        raise DataError(f"cannot be read: {error}", item=str(path)) from error


def _write(folder: Path, name: str, document: BaseModel) -> None:
    RunFolder(folder).write(name, document.model_dump(mode="json"))
