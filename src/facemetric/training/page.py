"""The page of a run, from the files in its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from facemetric.errors import DataError
from facemetric.report.cards import Facts
from facemetric.report.training import EvaluationRow, RunView, run_page
from facemetric.training.curves import evaluation_panels, health_panels, learning_panels
from facemetric.training.logs import LogRecord, read_log
from facemetric.training.logs.progress import duration
from facemetric.training.logs.run_log import LOG_NAME
from facemetric.training.run_folder import ENVIRONMENT_NAME, RECIPE_NAME
from facemetric.training.wording import figure_text, said_name

PAGE_NAME = "index.html"


def write_run_page(folder: str | Path, *, created: datetime | None = None) -> Path:
    """Write ``index.html`` into a run's folder and return its path.

    Everything on it comes from ``log.jsonl``, ``recipe.json`` and ``environment.json``, so that it
    can be made again at any time, also of a run that was killed.

    Parameters
    ----------
    folder
        The run's.
    created
        Time to print in the footer.

    Raises
    ------
    DataError
        The folder holds no log or no recipe, or cannot be written.
    DependencyError
        matplotlib is absent.
    """
    folder = Path(folder)
    records = read_log(folder / LOG_NAME)
    recipe = _document(folder / RECIPE_NAME)
    there = (folder / ENVIRONMENT_NAME).exists()
    environment = _document(folder / ENVIRONMENT_NAME) if there else {}
    text, _ = run_page(run_view(records, recipe, environment), created=created)
    path, half = folder / PAGE_NAME, folder / f".{PAGE_NAME}.part"
    try:
        half.write_text(text, encoding="utf-8")
        half.replace(path)
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror or error}", item=str(path)) from error
    return path


def run_view(
    records: Sequence[LogRecord],
    recipe: Mapping[str, Any],
    environment: Mapping[str, str] | None = None,
) -> RunView:
    """Return what the page shows of a log, a resolved recipe and the machine."""
    names, rows = _evaluations(records)
    return RunView(
        title=str(recipe.get("name", "Training run")),
        lead=_lead(records, recipe),
        tallies=_tallies(records, names),
        learning=learning_panels(records),
        evaluations=evaluation_panels(records),
        health=health_panels(records),
        evaluated=tuple(map(said_name, names)),
        rows=rows,
        notes=tuple(
            f"Step {record.step:,}: {record.text}" for record in records if record.kind == "note"
        ),
        recipe=recipe_facts(recipe),
        environment=tuple((environment or {}).items()),
    )


def recipe_facts(recipe: Mapping[str, Any]) -> tuple[tuple[str, Facts], ...]:
    """Return a recipe's sections, each with its values in words; nested keys are dotted."""
    single: list[tuple[str, str]] = []
    sections: list[tuple[str, Facts]] = []
    for key, value in recipe.items():
        if isinstance(value, Mapping):
            sections.append((key, tuple(_flat(value, ""))))
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            several = len(value) > 1
            for number, entry in enumerate(value, 1):
                title = f"{key} {number}" if several else key
                sections.append((title, tuple(_flat(entry, ""))))
        elif value is not None and value != []:
            single.append((key, _said(value)))
    kept = [(title, rows) for title, rows in sections if rows]
    return (("general", tuple(single)), *kept) if single else tuple(kept)


def _flat(table: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{prefix}{key}.")
        elif value is not None and value != []:
            rows.append((f"{prefix}{key}", _said(value)))
    return rows


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _lead(records: Sequence[LogRecord], recipe: Mapping[str, Any]) -> str:
    network = recipe.get("network", {})
    losses = ", ".join(str(loss.get("name")) for loss in recipe.get("loss", []))
    epochs = recipe.get("run", {}).get("epochs")
    done = sum(record.kind == "epoch" for record in records)
    state = f"{done} of {epochs} epochs done" if epochs else f"{done} epochs done"
    words = [str(network.get("backbone", "")), losses, state]
    return ", ".join(word for word in words if word) + "."


def _tallies(records: Sequence[LogRecord], names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    tallies: list[tuple[str, str]] = []
    last = next((one for one in reversed(records) if one.kind == "evaluation"), None)
    if last is not None:
        chosen: list[str] = []
        for name in names:
            # "lfw_accuracy" is enough; what extends its name is in the table.
            varied = name.startswith(tuple(chosen)) if chosen else False
            if "accuracy" in name and f"{name}_low" in last.figures and not varied:
                chosen.append(name)
        tallies += [(figure_text(last.figures, name), said_name(name)) for name in chosen[:2]]
    losses = [one.loss for one in records if one.loss is not None and one.kind == "epoch"]
    if losses:
        tallies.append((f"{losses[-1]:.3g}", "mean loss of the last epoch"))
    if records:
        tallies.append((f"{max(one.step for one in records):,}", "optimiser steps"))
        tallies.append((duration(records[-1].seconds), "time"))
    return tuple(tallies)


def _evaluations(
    records: Sequence[LogRecord],
) -> tuple[tuple[str, ...], tuple[EvaluationRow, ...]]:
    """Return the names of all measured figures, and every evaluation's values in words."""
    found = [record for record in records if record.kind == "evaluation"]
    names = tuple(
        dict.fromkeys(
            name
            for record in found
            for name in record.figures
            if not name.endswith(("_low", "_high"))
        )
    )
    rows = tuple(
        EvaluationRow(
            epoch=record.epoch + 1,
            step=record.step,
            texts=tuple(figure_text(record.figures, name) for name in names),
        )
        for record in found
    )
    return names, rows


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict):
            raise ValueError("no JSON object")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(
            f"cannot be read: {reason}", item=str(path), fix="Name the folder of a training run"
        ) from error
    return document
