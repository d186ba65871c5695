"""``facemetric evaluate cfp``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.evaluate.options import measuring
from facemetric.cli.evaluate.run import Run


class CfpProtocol(StrEnum):
    """CFP's two lists of pairs."""

    ff = "ff"
    fp = "fp"
    both = "both"


@measuring
def cfp(
    run: Run,
    data: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="The unpacked cfp-dataset, with Protocol and Data."),
    ],
    protocol: Annotated[
        CfpProtocol,
        typer.Option(help="Frontal with frontal (ff), frontal with profile (fp)."),
    ] = CfpProtocol.both,
) -> None:
    """CFP, Celebrities in Frontal-Profile: FF and FP, ten folds each.

    A photograph in which no face is found counts: the face is taken to be where the others' are.

    Example: facemetric evaluate cfp --data . --protocol fp
    """
    from facemetric.evaluation import cfp_task

    if protocol is CfpProtocol.both:
        run.measure(cfp_task(data))
    else:
        run.measure(cfp_task(data, lists=("FF",) if protocol is CfpProtocol.ff else ("FP",)))
