"""``facemetric gallery upgrade``: another model, with nobody enrolled again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.gallery.counting import Progress
from facemetric.cli.keys import KeyCommand, KeyFile, master_key
from facemetric.cli.options import Json, KeepCache, Provider, ProviderName, Threads, Workers
from facemetric.cli.output import guarded, print_json


@guarded
def upgrade(
    gallery: Annotated[
        str, typer.Argument(metavar="GALLERY", help="The old gallery; it is only read.")
    ],
    target: Annotated[
        str, typer.Argument(metavar="NEW", help="The new gallery, made where there is none.")
    ],
    to: Annotated[
        str, typer.Option("--to", "-t", metavar="BUNDLE", help="The new bundle: a name or a path.")
    ],
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    photos: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER",
            help="Photographs to fit the map on and to judge it by: a folder with a folder per "
            "person, or celeba or lfw, the research data. They need not show who is enrolled.",
            show_default="nothing is mapped",
        ),
    ] = None,
    adaptor: Annotated[
        str,
        typer.Option(
            help="auto, procrustes, ridge, mlp; or identity, where the new bundle was trained to "
            "be compared with the old one."
        ),
    ] = "auto",
    old: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="BUNDLE", help="The old bundle.", show_default="by the gallery's name"
        ),
    ] = None,
    photographs: Annotated[
        bool,
        typer.Option(
            "--photographs/--no-photographs",
            help="Embed enrolled photographs anew where their files are still there, unchanged.",
        ),
    ] = True,
    base: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder that relative paths of enrolled photographs start from.",
            show_default="the current one",
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            help="Name of the new gallery's bundle.", show_default="NEW-BUNDLE.from-OLD-BUNDLE"
        ),
    ] = None,
    far: Annotated[
        float, typer.Option(min=0, max=1, help="False-accept rate whose threshold is shown.")
    ] = 1e-3,
    most_loss: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="Largest loss of accuracy against the weaker bundle alone."
        ),
    ] = 0.015,
    accept: Annotated[
        bool, typer.Option("--accept", help="Go on whatever the loss.", show_default=False)
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Measure, report, and change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    held_share: Annotated[
        float, typer.Option(min=0.05, max=0.9, help="Share of the people held back to judge by.")
    ] = 0.3,
    min_face: Annotated[
        float | None,
        typer.Option(min=12, help="Smallest face in pixels.", show_default="40; celeba: 20"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of everything that is drawn.")] = 0,
    cache: KeepCache = True,
    workers: Workers = 2,
    provider: ProviderName = Provider.cpu,
    threads: Threads = None,
    progress: Progress = True,
    json_: Json = False,
) -> None:
    """Bring everyone into a new gallery of another bundle; the old one stays as it is.

    Photographs that are still at hand, or else portraits that were kept, are embedded anew; other
    embeddings are mapped into the new bundle's space. Old with old, new with new and new with
    mapped ones are measured on people held back, before anything is changed. Interrupted and
    called again, it goes on. A key is that of both galleries.

    Example: facemetric gallery upgrade people.db new.db --to mobilefacenet-ms1m --photos celeba
    """
    from facemetric.cli.gallery.upgrade_text import print_upgraded
    from facemetric.cli.gallery.upgrading import Asked, run_upgrade

    asked = Asked(
        gallery=gallery,
        target=target,
        new=to,
        key=master_key(key_file, key_command),
        old=old,
        photos=photos,
        adaptor=adaptor,
        photographs=photographs,
        base=base,
        name=name,
        far=far,
        most_loss=most_loss,
        accept=accept,
        dry_run=dry_run,
        yes=yes,
        held_share=held_share,
        min_face_px=min_face,
        seed=seed,
        cache=cache,
        workers=workers,
        provider=provider.value,
        threads=threads,
        progress=progress,
        json=json_,
    )
    answer = run_upgrade(asked)
    if json_:
        print_json(answer)
    else:
        print_upgraded(answer)
