"""``facemetric gallery copy``, ``export`` and ``import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.gallery.counting import Progress, counting_people
from facemetric.cli.options import Json
from facemetric.cli.output import guarded, print_json

if TYPE_CHECKING:
    from facemetric.gallery import Gallery
    from facemetric.jobs.copy_gallery import Copied

From = Annotated[str, typer.Argument(metavar="FROM", help="A gallery: a file, or postgresql://…")]
To = Annotated[str, typer.Argument(metavar="TO", help="A gallery, made where there is none.")]


@guarded
def copy(source: From, target: To, progress: Progress = True, json_: Json = False) -> None:
    """Copy everyone into another gallery, ids and times kept, and compare what both hold.

    Interrupted and called again, it goes on.

    Example: facemetric gallery copy people.db "postgresql://faces@db.example/staff"
    """
    from facemetric.cli.galleries import shown_address
    from facemetric.gallery import Gallery
    from facemetric.jobs.copy_gallery import copy_gallery

    with (
        Gallery.open(source, create=False, read_only=True) as opened,
        _open_like(opened, target) as other,
        counting_people(len(opened), progress) as tell,
    ):
        copied = copy_gallery(opened, other, tell=tell)
    _answer(shown_address(source), shown_address(target), copied, json_)


@guarded
def export_(
    source: From,
    file: Annotated[Path, typer.Argument(metavar="FILE.parquet", help="Must not be there yet.")],
    progress: Progress = True,
    json_: Json = False,
) -> None:
    """Write everyone into a Parquet file, one row a sample, embeddings in plain.

    Example: facemetric gallery export people.db people.parquet
    """
    from facemetric.cli.galleries import shown_address
    from facemetric.gallery import Gallery
    from facemetric.jobs.parquet import export_gallery

    with (
        Gallery.open(source, create=False, read_only=True) as opened,
        counting_people(len(opened), progress) as tell,
    ):
        copied = export_gallery(opened, file, tell=tell)
    _answer(shown_address(source), str(file), copied, json_)


@guarded
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.parquet", help="From facemetric gallery export.")
    ],
    target: To,
    progress: Progress = True,
    json_: Json = False,
) -> None:
    """Store everyone of a Parquet file who is not in a gallery yet.

    Example: facemetric gallery import people.parquet other.db
    """
    from facemetric.cli.galleries import file_of, make_folder, shown_address
    from facemetric.gallery import Gallery
    from facemetric.jobs.parquet import file_facts, import_gallery

    facts = file_facts(file)
    path = file_of(target)
    if path is not None:
        make_folder(path)
    options = {name: facts[name] for name in ("bundle", "dim", "bundle_sha256", "flip")}
    with Gallery.open(target, **options) as opened, counting_people(None, progress) as tell:
        copied = import_gallery(file, opened, tell=tell)
    _answer(str(file), shown_address(target), copied, json_)


def _open_like(source: Gallery, target: str) -> Gallery:
    """Open a gallery for the same embeddings, made where there is none."""
    from facemetric.cli.galleries import file_of, make_folder
    from facemetric.gallery import Gallery

    path = file_of(target)
    if path is not None:
        make_folder(path)
    return Gallery.open(
        target,
        bundle=source.bundle,
        dim=source.dim,
        bundle_sha256=source.bundle_sha256,
        flip=source.flip,
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
            )
        )
        return
    print(
        f"{copied.people:,} people with {copied.samples:,} samples are in {target}, "
        f"{copied.new_people:,} of them new"
    )
    print(f"checksum {copied.checksum}")
