"""``facemetric evaluate holdout``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.evaluate.options import measuring
from facemetric.cli.evaluate.run import Run


@measuring
def holdout(
    run: Run,
    data: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="A folder for each person; celeba or lfw for those of the data folder.",
            show_default=False,
        ),
    ],
    splits: Annotated[int, typer.Option(min=2, help="Identity-disjoint splits.")] = 5,
) -> None:
    """FaceNet's hold-out: all pairs within splits of people, VAL at FAR, mean ± standard error.

    Example: facemetric evaluate holdout --data photos
    """
    from facemetric.datasets import data_root
    from facemetric.evaluation import holdout_task

    root = data
    if not data.exists() and str(data) in {"celeba", "lfw"}:
        root = data_root() if str(data) == "celeba" else data_root() / "lfw"
    run.measure(holdout_task(root, splits=splits, seed=run.seed, screen=run.screen))
