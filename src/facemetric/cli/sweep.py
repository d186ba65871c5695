"""``facemetric sweep``: one recipe in many variants, one table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.options import Json
from facemetric.cli.output import complain, guarded, print_json
from facemetric.cli.output import table as print_table
from facemetric.cli.own_code import OwnCode, run_own_code
from facemetric.cli.train import needs_torch

if TYPE_CHECKING:
    from facemetric.training.sweep import SweepResult
    from facemetric.wire import SweepOut

_MOST_COLUMNS = 4


@guarded
def sweep(
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="SWEEP", help="A TOML file of variants and seeds.", show_default=False
        ),
    ],
    overrides: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY=VALUE]...",
            help="Values put into every recipe, before a variant's own.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", show_default="runs/<name of the file>"),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="A variant, several times if wanted."),
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print the table of what has been run, train nothing.")
    ] = False,
    figure: Annotated[
        list[str] | None,
        typer.Option(
            "--figure",
            metavar="NAME",
            help="A figure to print, such as lfw_accuracy.",
            show_default="the first ones that runs have",
        ),
    ] = None,
    progress: Annotated[bool, typer.Option("--progress/--quiet", help="Show progress.")] = False,
    own: OwnCode = None,
    json_: Json = False,
) -> None:
    """Train one recipe in many variants with several seeds; mean and spread in one table.

    Stopped and called again, it goes on: finished runs are kept, an interrupted one is resumed.
    A run that does not converge is a result, and the others go on.

    Example: facemetric sweep recipes/studies/losses.toml --only arcface --out runs/losses
    """
    needs_torch()
    run_own_code(own)
    from facemetric.training.sweep import read_plan, read_result, run_sweep, table

    folder = out if out is not None else Path("runs") / plan.stem
    if show:
        result = read_result(folder / "sweep.json")
    else:
        result = run_sweep(
            plan,
            read_plan(plan),
            folder,
            overrides=overrides or (),
            only=only or (),
            tell=complain,
            progress=progress,
        )
    if json_:
        print_json(_document(result, folder))
        return
    names = (
        figure
        or list(
            dict.fromkeys(
                name
                for run in result.runs
                for name in run.figures
                if not name.endswith(("_low", "_high"))
            )
        )[:_MOST_COLUMNS]
    )
    header, *rows = table(result, {name: f"{name}, %" for name in names})
    print(result.title)
    print_table(rows, header)


def _document(result: SweepResult, folder: Path) -> SweepOut:
    from facemetric._version import __version__
    from facemetric.wire import SweepOut, SweptRunOut

    return SweepOut(
        version=__version__,
        title=result.title,
        folder=str(folder),
        runs=tuple(
            SweptRunOut(
                variant=run.variant,
                seed=run.seed,
                seconds=run.seconds,
                figures=run.figures,
                failure=run.failure,
            )
            for run in result.runs
        ),
    )
