"""``facemetric evaluate personal``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.evaluate.options import measuring
from facemetric.cli.evaluate.run import Run


@measuring
def personal(
    run: Run,
    data: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER", help="One collection, a folder for each person.", show_default=False
        ),
    ],
) -> None:
    """FaceNet's personal photographs: VAL and FAR over all pairs of one collection.

    Example: facemetric evaluate personal --data photos
    """
    from facemetric.evaluation import personal_photos_task

    run.measure(personal_photos_task(data, screen=run.screen))
