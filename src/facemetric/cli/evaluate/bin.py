"""``facemetric evaluate bin``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.evaluate.options import measuring
from facemetric.cli.evaluate.run import Run


class BinFaces(StrEnum):
    """Where the face of an aligned picture is."""

    ready = "ready"
    central = "central"


@measuring
def bin_(
    run: Run,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="lfw.bin, agedb_30.bin …: one or several.", show_default=False
        ),
    ],
    faces: Annotated[
        BinFaces,
        typer.Option(help="Take the pictures as aligned (ready), or detect in them (central)."),
    ] = BinFaces.ready,
) -> None:
    """InsightFace's aligned sets (.bin): LFW, AgeDB-30, CALFW, CPLFW, CFP; ten folds each.

    Read without mxnet, and nothing is unpickled.

    Example: facemetric evaluate bin agedb_30.bin cfp_fp.bin
    """
    from facemetric.evaluation import insightface_bin_task

    run.measure(insightface_bin_task(*files, faces=faces.value))
