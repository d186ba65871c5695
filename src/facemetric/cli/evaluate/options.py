"""The options that every measuring command has, declared once and handed over as a `Run`."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, get_args

import typer

from facemetric.cli.evaluate.run import Run
from facemetric.cli.options import (
    DEFAULT_BUNDLE,
    Flip,
    Json,
    KeepCache,
    Provider,
    ProviderName,
    Threads,
    Workers,
)
from facemetric.cli.output import guarded

_PANELS = {
    "Figures": ("far", "fpir", "replicates", "confidence", "seed"),
    "Checks and output": ("training", "groups", "report", "json_"),
    "Faces and embeddings": (
        "min_face",
        "flip",
        "cache",
        "workers",
        "provider",
        "threads",
    ),
}


def _rates(values: list[float] | None) -> list[float] | None:
    for value in values or ():
        if not 0 < value < 1:
            raise typer.BadParameter(f"{value:g} is no rate between 0 and 1, such as 0.001")
    return values


def _shared(
    bundle: Annotated[
        list[str] | None,
        typer.Option(
            "--bundle",
            "-b",
            metavar="NAME",
            help="Model bundle: a name, folder or archive; several are compared.",
            show_default=DEFAULT_BUNDLE,
        ),
    ] = None,
    far: Annotated[
        list[float] | None,
        typer.Option(
            "--far",
            metavar="RATE",
            callback=_rates,
            help="False-accept rate to report, several times if wanted.",
            show_default="powers of ten that the data supports",
        ),
    ] = None,
    fpir: Annotated[
        list[float] | None,
        typer.Option(
            "--fpir",
            metavar="RATE",
            callback=_rates,
            help="False-positive identification rate to report, where there are searches.",
            show_default="likewise",
        ),
    ] = None,
    replicates: Annotated[
        int, typer.Option(min=100, help="Draws of people for an interval.")
    ] = 1000,
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999, help="Of the intervals.")] = 0.95,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws, and of tasks made here.")] = 0,
    min_face: Annotated[float, typer.Option(min=12, help="Smallest face in pixels.")] = 40,
    flip: Flip = True,
    training: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="People's folders that the network was trained on, to check for leakage.",
            show_default=False,
        ),
    ] = None,
    groups: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="CSV with a column person or photo and a column group: rates for each group "
            "(in the report).",
            show_default=False,
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write a page, plots and JSON there.",
            show_default=False,
        ),
    ] = None,
    cache: KeepCache = True,
    workers: Workers = 2,
    provider: ProviderName = Provider.cpu,
    threads: Threads = None,
    json_: Json = False,
) -> None:
    """Carry the declarations."""


def measuring(command: Callable[..., None], *, compares: bool = True) -> Callable[..., None]:
    """Give a command that takes ``run: Run`` first the shared options in its place.

    What would fail after the work is refused before it; a command that makes no comparisons with
    ``--training`` and ``--groups`` (``compares``) refuses those itself.
    """
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    shared = [
        _in_panel(option)
        for option in inspect.signature(_shared, eval_str=True).parameters.values()
    ]

    @functools.wraps(command)
    def call(**values: object) -> None:
        run = Run(**{option.name: values.pop(option.name) for option in shared})  # type: ignore[arg-type]
        run.check(compares=compares)
        command(run, **values)

    parameters = [*own, *shared]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": None}
    return guarded(call)


def _in_panel(option: inspect.Parameter) -> inspect.Parameter:
    panel = next((name for name, members in _PANELS.items() if option.name in members), None)
    if panel is None:
        return option
    kind, declared = get_args(option.annotation)
    declared = copy.copy(declared)  # other commands share it
    declared.rich_help_panel = panel
    return option.replace(annotation=Annotated[kind, declared])
