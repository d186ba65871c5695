"""``facemetric evaluate ijb``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.evaluate.options import measuring
from facemetric.cli.evaluate.run import Run


class IjbSets(StrEnum):
    """The two sets."""

    ijbb = "ijbb"
    ijbc = "ijbc"


class Layouts(StrEnum):
    """Whose files they are."""

    nist = "nist"
    insightface = "insightface"


class ProbeKinds(StrEnum):
    """Which probes of 1:N the publisher lists."""

    mixed = "mixed"
    img = "img"
    video = "video"


@measuring
def ijb(
    run: Run,
    data: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="What the archive unpacks to.",
            show_default=False,
        ),
    ],
    set_: Annotated[
        IjbSets | None,
        typer.Option("--set", help="IJB-B or IJB-C.", show_default="by the files"),
    ] = None,
    layout: Annotated[
        Layouts | None,
        typer.Option(
            help="The publisher's csv files, or InsightFace's crops with landmarks.",
            show_default="by the files",
        ),
    ] = None,
    probes: Annotated[
        ProbeKinds, typer.Option(help="Probes of 1:N; 1:1 goes with the mixed ones.")
    ] = ProbeKinds.mixed,
) -> None:
    """IJB-B and IJB-C: templates of faces, compared 1:1 and searched for 1:N in two galleries.

    Example: facemetric evaluate ijb --data IJB-C --set ijbc
    """
    from facemetric.evaluation import ijb_task

    run.measure(
        ijb_task(
            data,
            name=None if set_ is None else set_.value,
            layout=None if layout is None else layout.value,
            probes=probes.value,
        )
    )
