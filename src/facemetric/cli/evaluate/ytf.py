"""``facemetric evaluate ytf``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.evaluate.options import measuring
from facemetric.cli.evaluate.run import Run


@measuring
def ytf(
    run: Run,
    data: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="The unpacked YouTubeFaces, with splits.txt."),
    ],
    frames: Annotated[int, typer.Option(min=1, help="Frames of each video, the first ones.")] = 100,
    frame_folder: Annotated[
        str, typer.Option(metavar="NAME", help="aligned_images_DB for the aligned frames.")
    ] = "frame_images_DB",
    list_name: Annotated[
        str, typer.Option("--list", metavar="NAME", help="The list of pairs.")
    ] = "splits.txt",
) -> None:
    """YouTube Faces: pairs of videos, compared by the mean over pairs of frames; ten folds.

    Example: facemetric evaluate ytf --data . --frames 10
    """
    from facemetric.evaluation import youtube_faces_task

    run.measure(
        youtube_faces_task(data, frames=frames, frame_folder=frame_folder, list_name=list_name)
    )
