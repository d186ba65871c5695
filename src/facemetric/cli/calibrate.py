"""``facemetric calibrate``: thresholds with known error rates, measured on people's photographs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.options import (
    DEFAULT_BUNDLE,
    BundleName,
    Flip,
    Json,
    KeepCache,
    Provider,
    ProviderName,
    Threads,
    Workers,
)
from facemetric.cli.output import guarded, print_json


@guarded
def calibrate(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FOLDER",
            help="A folder with one folder of photographs per person, or celeba: the research "
            "subsets.",
            show_default=False,
        ),
    ],
    bundle: BundleName = DEFAULT_BUNDLE,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write a copy of the bundle there; galleries open with it as with the bundle.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="Write a copy among the imported bundles.", show_default=False),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Over a bundle or a calibration that is there.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Measure, and write nothing.")] = False,
    exclude_people_like: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER",
            help="Leave out people who are in this collection too (a folder, lfw or celeba).",
            show_default=False,
        ),
    ] = None,
    check: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER",
            help="Apply the thresholds to all pairs of this collection (a folder, lfw or celeba).",
            show_default=False,
        ),
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Bundle that says who is one person under two names: the best one at hand.",
            show_default="the bundle itself",
        ),
    ] = None,
    alike: Annotated[
        float | None,
        typer.Option(
            min=-1,
            max=1,
            metavar="COS",
            help="Similarity from which two are one person, to the judge.",
            show_default="what a tenth of the pairs of one person reach",
        ),
    ] = None,
    data_name: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help="What the data is, for readers.", show_default="the folder's name"
        ),
    ] = None,
    notes: Annotated[
        str, typer.Option(metavar="TEXT", help="What else readers must know, such as overlap.")
    ] = "",
    flip: Flip = True,
    min_face: Annotated[
        float | None,
        typer.Option(min=12, help="Smallest face in pixels.", show_default="40; celeba: 20"),
    ] = None,
    replicates: Annotated[int, typer.Option(min=20, help="Bootstrap draws of people.")] = 500,
    seed: Annotated[int, typer.Option(min=0, help="Of everything that is drawn.")] = 0,
    cache: KeepCache = True,
    workers: Workers = 2,
    provider: ProviderName = Provider.cpu,
    threads: Threads = None,
    json_: Json = False,
) -> None:
    """Measure a bundle's thresholds on people whom its network was not trained on.

    Compares all pairs of different people, searches each photograph in galleries of the others,
    fits likelihood ratios, and writes the table into the bundle. What the data does not support is
    left out.

    Example: facemetric calibrate people/ --out calibrated --exclude-people-like lfw --check lfw
    """
    from facemetric.bundle import calibration_folder, open_bundle, save_calibration
    from facemetric.cli.calibrating import Asked, measure
    from facemetric.cli.calibration_text import print_calibration

    opened = open_bundle(bundle)
    if not dry_run:
        # Before the work, not after it.
        calibration_folder(opened, flip=flip, out=out, name=name, replace=replace)
    asked = Asked(
        source=source,
        bundle=opened,
        judge=open_bundle(judge) if judge is not None else opened,
        exclude=exclude_people_like,
        check=check,
        alike=alike,
        data_name=data_name,
        notes=notes,
        flip=flip,
        min_face_px=min_face,
        replicates=replicates,
        seed=seed,
        cache=cache,
        workers=workers,
        provider=provider.value,
        threads=threads,
    )
    table, document = measure(asked)
    if not dry_run:
        saved = save_calibration(opened, table, out=out, name=name, replace=replace)
        document = document.model_copy(update={"saved": str(saved.folder), "bundle": saved.id})
    if json_:
        print_json(document)
    else:
        print_calibration(document)
