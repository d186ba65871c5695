"""``facemetric gallery copy``, ``export`` and ``import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.gallery.counting import Progress, counting_people
from facemetric.cli.keys import KeyCommand, KeyFile, master_key
from facemetric.cli.options import Json
from facemetric.cli.output import counted, guarded, people_counted, print_json
from facemetric.errors import KeyMismatchError

if TYPE_CHECKING:
    from facemetric.gallery import Gallery
    from facemetric.jobs.copy_gallery import Copied
    from facemetric.vault import MasterKey

From = Annotated[str, typer.Argument(metavar="FROM", help="A gallery: a file, or postgresql://…")]
Portraits = Annotated[
    bool,
    typer.Option("--portraits/--no-portraits", help="Take kept pictures of faces along."),
]
To = Annotated[str, typer.Argument(metavar="TO", help="A gallery, made where there is none.")]


@guarded
def copy(
    source: From,
    target: To,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    from_key_file: Annotated[
        Path | None,
        typer.Option(
            "--from-key-file",
            metavar="FILE",
            help="The master key of FROM, where it is not that of TO.",
            show_default=False,
        ),
    ] = None,
    portraits: Portraits = True,
    progress: Progress = True,
    json_: Json = False,
) -> None:
    """Copy everyone into another gallery, ids and times kept, and compare what both hold.

    Interrupted and called again, it goes on. With a key, a new TO is encrypted; FROM may be plain.

    Example: facemetric gallery copy people.db "postgresql://faces@db.example/staff"
    """
    from facemetric.cli.galleries import shown_address
    from facemetric.jobs.copy_gallery import copy_gallery

    key = master_key(key_file, key_command)
    own = master_key(from_key_file, None) if from_key_file else None
    with (
        _open_source(source, own, key) as opened,
        _open_like(opened, target, key) as other,
        counting_people(len(opened), progress) as tell,
    ):
        copied = copy_gallery(opened, other, portraits=portraits, tell=tell)
    _answer(shown_address(source), shown_address(target), copied, json_)


@guarded
def export_(
    source: From,
    file: Annotated[Path, typer.Argument(metavar="FILE.parquet", help="Must not be there yet.")],
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    portraits: Portraits = True,
    progress: Progress = True,
    json_: Json = False,
) -> None:
    """Write everyone into a Parquet file, one row a sample, embeddings in plain.

    Example: facemetric gallery export people.db people.parquet
    """
    from facemetric.cli.galleries import shown_address
    from facemetric.gallery import Gallery
    from facemetric.jobs.parquet import export_gallery

    key = master_key(key_file, key_command)
    with (
        Gallery.open(source, key=key, create=False, read_only=True) as opened,
        counting_people(len(opened), progress) as tell,
    ):
        copied = export_gallery(opened, file, portraits=portraits, tell=tell)
    _answer(shown_address(source), str(file), copied, json_)


@guarded
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.parquet", help="From facemetric gallery export.")
    ],
    target: To,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    portraits: Portraits = True,
    progress: Progress = True,
    json_: Json = False,
) -> None:
    """Store everyone of a Parquet file who is not in a gallery yet, and compare what both hold.

    Interrupted and called again, it goes on.

    Example: facemetric gallery import people.parquet other.db
    """
    from facemetric.cli.galleries import check_folder, open_or_make, shown_address
    from facemetric.gallery import Gallery
    from facemetric.jobs.parquet import check_people, file_facts, import_gallery

    facts = file_facts(file)
    check_folder(target)
    check_people(file)  # before a gallery is made
    options = {name: facts[name] for name in ("bundle", "dim", "bundle_sha256", "flip")}
    options["key"] = master_key(key_file, key_command)
    with (
        open_or_make(target, lambda: Gallery.open(target, **options)) as opened,
        counting_people(None, progress) as tell,
    ):
        copied = import_gallery(file, opened, portraits=portraits, tell=tell)
    _answer(str(file), shown_address(target), copied, json_)


def _open_source(source: str, own: MasterKey | None, key: MasterKey | None) -> Gallery:
    """Open a gallery to be copied: with its own key, or where it takes one with the target's."""
    from facemetric.gallery import Gallery

    try:
        return Gallery.open(source, key=own, create=False, read_only=True)
    except KeyMismatchError:
        if own is not None or key is None:
            raise
        return Gallery.open(source, key=key, create=False, read_only=True)


def _open_like(source: Gallery, target: str, key: MasterKey | None) -> Gallery:
    """Open a gallery for the same embeddings, made where there is none."""
    from facemetric.cli.galleries import open_or_make
    from facemetric.gallery import Gallery

    return open_or_make(
        target,
        lambda: Gallery.open(
            target,
            bundle=source.bundle,
            dim=source.dim,
            bundle_sha256=source.bundle_sha256,
            flip=source.flip,
            key=key,
        ),
    )


def _answer(source: str, target: str, copied: Copied, json_: bool) -> None:
    if json_:
        from facemetric.wire import GalleryCopyOut

        print_json(
            GalleryCopyOut(
                source=source,
                target=target,
                people=copied.people,
                samples=copied.samples,
                new_people=copied.new_people,
                checksum=copied.checksum,
                portraits=copied.portraits,
                left_portraits=copied.left_portraits,
            )
        )
        return
    print(
        f"{people_counted(copied.people)} with {counted(copied.samples, 'sample')} in {target}, "
        f"{copied.new_people:,} of them new"
    )
    if copied.portraits or copied.left_portraits:
        print(f"portraits: {copied.portraits:,} taken along, {copied.left_portraits:,} left behind")
    print(f"checksum {copied.checksum}")
