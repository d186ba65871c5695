"""``facemetric train``: a recipe carried out."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.options import INTERRUPTED, Json
from facemetric.cli.output import complain, guarded, print_json
from facemetric.cli.own_code import OwnCode, run_own_code

if TYPE_CHECKING:
    from facemetric.training.recipe import Recipe
    from facemetric.training.trainer import Finished


@guarded
def train(
    recipe: Annotated[
        Path, typer.Argument(metavar="RECIPE", help="A TOML file.", show_default=False)
    ],
    overrides: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY=VALUE]...",
            help="Values put into the recipe: optimiser.lr=0.05 loss.0.margin_rad=0.35",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FOLDER", help="Folder of the run.", show_default="runs/<name>"
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run that is in the folder.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Read the recipe, print it in full, train nothing.")
    ] = False,
    progress: Annotated[bool, typer.Option("--progress/--quiet", help="Show progress.")] = True,
    own: OwnCode = None,
    json_: Json = False,
) -> None:
    """Train an embedding as a recipe says: data, network, losses, schedule, evaluation.

    Under torchrun it trains on several processes or machines with the same result. A run that was
    stopped (Ctrl-C, SIGTERM, a crash) goes on with --resume exactly where it was.

    Example: facemetric train recipes/best-celeba.toml run.epochs=5 --out runs/first
    """
    needs_torch()
    run_own_code(own)
    from facemetric.training.recipe import read_recipe
    from facemetric.training.session import run_recipe

    chosen = read_recipe(recipe, overrides or ())
    folder = out if out is not None else Path("runs") / chosen.name
    if check:
        if json_:
            _print_json(chosen, folder, None)
        else:
            print(chosen.model_dump_json(indent=2))
        return
    finished = run_recipe(
        chosen,
        folder,
        resume=resume,
        progress=progress,
        tell=complain if progress else lambda text: None,
    )
    # One answer, however many processes torchrun has started.
    first = os.environ.get("RANK", "0") == "0"
    if first and json_:
        _print_json(chosen, folder, finished)
    elif first:
        for name, value in finished.figures.items():
            print(f"{name}  {value:.4f}")
    if not finished.complete:
        if first:
            complain(f"stopped after step {finished.place.step}: go on with --resume")
        raise typer.Exit(INTERRUPTED)
    if first and progress:
        complain(f"done. A bundle of it: facemetric export {shlex.quote(str(folder))} BUNDLE")


def _print_json(recipe: Recipe, folder: Path, finished: Finished | None) -> None:
    from facemetric._version import __version__
    from facemetric.wire import TrainOut

    print_json(
        TrainOut(
            version=__version__,
            folder=str(folder),
            complete=finished is not None and finished.complete,
            step=0 if finished is None else finished.place.step,
            epoch=0 if finished is None else finished.place.epoch,
            figures={} if finished is None else dict(finished.figures),
            recipe=recipe.model_dump(mode="json"),
        )
    )


def needs_torch() -> None:
    """Raise DependencyError, with the way out, where torch is not installed."""
    from importlib.util import find_spec

    from facemetric.errors import DependencyError

    if find_spec("torch") is None:
        raise DependencyError(
            "training needs torch", item="torch", fix='Install it: pip install "facemetric[train]"'
        )
