"""``facemetric evaluate lfw``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.evaluate.options import measuring
from facemetric.cli.evaluate.run import Run


class LfwFaces(StrEnum):
    """FaceNet's two figures."""

    aligned = "aligned"
    centre = "centre"


@measuring
def lfw(
    run: Run,
    data: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The lfw folder with pairs.txt.", show_default=False),
    ] = None,
    faces: Annotated[
        LfwFaces,
        typer.Option(help="Detect and align, or take the middle of each picture."),
    ] = LfwFaces.aligned,
) -> None:
    """LFW view 2: ten folds, the threshold of each chosen on the other nine.

    Example: facemetric evaluate lfw --bundle dlib-resnet-v1 --report out
    """
    from facemetric.datasets import data_root
    from facemetric.evaluation import lfw_task

    root = data if data is not None else data_root() / "lfw"
    run.measure(lfw_task(root, faces="centre" if faces is LfwFaces.centre else "central"))
