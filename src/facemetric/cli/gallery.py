"""``facemetric gallery``: galleries as wholes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.options import GalleryAddress, Json
from facemetric.cli.output import FAILED, guarded, print_json

if TYPE_CHECKING:
    from facemetric.gallery import Gallery
    from facemetric.jobs.copy_gallery import Copied
    from facemetric.wire import GalleryOut

app = typer.Typer(help="Show, check, copy, export and import galleries.")

From = Annotated[str, typer.Argument(metavar="FROM", help="A gallery: a file, or postgresql://…")]
To = Annotated[str, typer.Argument(metavar="TO", help="A gallery, made where there is none.")]
Progress = Annotated[bool, typer.Option("--progress/--quiet", help="Show progress.")]


@app.command()
@guarded
def show(gallery: GalleryAddress = None, json_: Json = False) -> None:
    """Say what a gallery holds and is bound to.

    Example: facemetric gallery show --gallery people.db
    """
    from facemetric.cli.galleries import open_existing

    with open_existing(gallery, read_only=True) as opened:
        document = _document(opened, gallery)
    if json_:
        print_json(document)
    else:
        _print(document)


@app.command()
@guarded
def check(gallery: GalleryAddress = None, json_: Json = False) -> None:
    """Read a whole gallery and say what is wrong with it; exit code 4 where something is.

    Example: facemetric gallery check --gallery people.db
    """
    from facemetric.cli.galleries import open_existing

    with open_existing(gallery, read_only=True) as opened:
        problems = tuple(opened.check())
        document = _document(opened, gallery).model_copy(update={"problems": problems})
    if json_:
        print_json(document)
    else:
        for problem in problems:
            print(problem)
        print(f"{len(problems)} problems" if problems else "sound")
    if problems:
        raise typer.Exit(FAILED)


@app.command()
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
        _counting(len(opened), progress) as tell,
    ):
        copied = copy_gallery(opened, other, tell=tell)
    _answer(shown_address(source), shown_address(target), copied, json_)


@app.command("export")
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
        _counting(len(opened), progress) as tell,
    ):
        copied = export_gallery(opened, file, tell=tell)
    _answer(shown_address(source), str(file), copied, json_)


@app.command("import")
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
    with Gallery.open(target, **options) as opened, _counting(None, progress) as tell:
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


@contextmanager
def _counting(total: int | None, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show how many people are through, on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    if not shown or not sys.stderr.isatty():
        yield lambda people: None
        return
    columns = ("people", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda people: bar.update(task, completed=people)


def _document(opened: Gallery, given: str | None) -> GalleryOut:
    from facemetric.cli.galleries import gallery_address, shown_address
    from facemetric.wire import GalleryOut

    stats = opened.stats()
    return GalleryOut(
        gallery=shown_address(gallery_address(given)),
        id=stats.gallery_id,
        bundle=stats.bundle,
        bundle_sha256=stats.bundle_sha256,
        dim=stats.dim,
        flip=stats.flip,
        encoding=stats.encoding,
        people=stats.people,
        samples=stats.samples,
        groups=opened.groups(),
        size_bytes=stats.size_bytes,
        schema_version=stats.schema_version,
        created=stats.created.isoformat(),
    )


def _print(document: GalleryOut) -> None:
    print(document.gallery)
    kind = "floats" if document.encoding == "f32" else "one byte a dimension"
    averaged = {None: "not settled", True: "yes", False: "no"}[document.flip]
    for name, value in (
        ("people", f"{document.people:,}"),
        ("samples", f"{document.samples:,}"),
        ("embeddings", f"{document.bundle}, {document.dim} dimensions, {kind}"),
        ("mirrored too", averaged),
        ("size", f"{document.size_bytes / 1e6:.1f} MB"),
        ("created", document.created),
    ):
        print(f"  {name:13} {value}")
    for group, people in document.groups.items():
        print(f"  group         {group}: {people:,} people")


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
