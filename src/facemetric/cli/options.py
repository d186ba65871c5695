"""Options that several commands share, with one wording."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class SelectFaces(StrEnum):
    """Which of a photograph's faces are used."""

    all = "all"
    largest = "largest"
    central = "central"


class OneFace(StrEnum):
    """Which face is used where a photograph has several and one is needed."""

    largest = "largest"
    central = "central"


class Provider(StrEnum):
    """ONNX Runtime's execution providers."""

    cpu = "cpu"
    cuda = "cuda"
    openvino = "openvino"
    coreml = "coreml"


Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE...",
        help="Photographs, folders or globs; - reads one photograph from standard input, "
        "@FILE (or @-) a list of paths, one on a line.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
GalleryAddress = Annotated[
    str | None,
    typer.Option(
        "--gallery",
        "-g",
        metavar="ADDRESS",
        envvar="FACEMETRIC_GALLERY",
        help="The gallery: a file, or postgresql://… Without it: people.db in the user's data "
        "folder.",
        show_default=False,
    ),
]
BundleName = Annotated[
    str,
    typer.Option("--bundle", "-b", metavar="NAME", help="Model bundle: a name, folder or archive."),
]
MinFace = Annotated[
    float | None,
    typer.Option(
        "--min-face",
        metavar="PX",
        min=12,
        help="Smallest face in pixels. Without it: 40, or 1/50 of the longer side if more.",
        show_default=False,
    ),
]
ProviderName = Annotated[Provider, typer.Option("--provider", help="Where the networks run.")]
Threads = Annotated[
    int | None,
    typer.Option("--threads", min=1, help="Threads for the networks.", show_default="all cores"),
]
Flip = Annotated[
    bool,
    typer.Option(
        "--flip/--no-flip", help="Average with the mirrored face: better, twice the time."
    ),
]
KeepCache = Annotated[
    bool, typer.Option("--cache/--no-cache", help="Keep faces and embeddings for next time.")
]
Workers = Annotated[int, typer.Option("--workers", min=1, help="Photographs in work at a time.")]
Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold",
        min=-1,
        max=1,
        metavar="COS",
        help="Similarity by hand instead of the calibrated one.",
        show_default=False,
    ),
]
Html = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Also write a page with the pictures."),
]

DEFAULT_BUNDLE = "dlib-resnet-v1"
CRASHED = 70
INTERRUPTED = 130
CLOSED_PIPE = 141
EXIT_CODES = (
    "Exit codes: 0 done; 1 verify: different people, doctor: something is broken; 2 wrong usage; "
    "3 some items failed and the rest is done; 4 nothing could be done; 70 a defect in facemetric; "
    "130 interrupted; 141 whoever read the output stopped reading."
)
