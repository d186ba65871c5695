"""``facemetric evaluate open-set``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.evaluate.options import measuring
from facemetric.cli.evaluate.run import Run


@measuring
def open_set(
    run: Run,
    data: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="gallery/person/ and probes/person/; or folders of people, of whom some are "
            "enrolled at random.",
            show_default=False,
        ),
    ],
    known: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the people that is enrolled at random.")
    ] = 0.5,
    enrolled: Annotated[
        int, typer.Option(min=1, help="Photographs of each that are enrolled at random.")
    ] = 1,
) -> None:
    """Search a watch-list: who is found, and which strangers are taken for somebody on it.

    The calibrated threshold for a gallery of this size is tried too: whether it keeps the
    stranger risk here.

    Example: facemetric evaluate open-set --data watch
    """
    from facemetric.evaluation import open_set_task

    run.measure(
        open_set_task(
            data, screen=run.screen, known_share=known, enrolled_each=enrolled, seed=run.seed
        )
    )
