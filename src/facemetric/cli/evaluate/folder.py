"""``facemetric evaluate folder``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.evaluate.options import measuring
from facemetric.cli.evaluate.run import Run
from facemetric.errors import InputError


@measuring
def folder(
    run: Run,
    people: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER", help="A folder for each person inside it.", show_default=False
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The same, as an option.", show_default=False),
    ] = None,
    folds: Annotated[
        int, typer.Option(min=2, help="Most folds of pairs; fewer where the people are few.")
    ] = 10,
) -> None:
    """Your own folder of people: pairs in folds, all pairs, a watch-list and groups made from it.

    Example: facemetric evaluate folder photos
    """
    from facemetric.evaluation import folder_task

    given = [path for path in (people, data) if path is not None]
    if len(given) != 1:
        raise InputError(
            f"expected one folder, got {len(given)}",
            item="FOLDER",
            fix="Name it once: facemetric evaluate folder photos",
        )
    run.measure(folder_task(given[0], folds=folds, seed=run.seed, screen=run.screen))
