"""``facemetric gallery show`` and ``check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from facemetric.cli.keys import KeyCommand, KeyFile, master_key
from facemetric.cli.options import GalleryAddress, Json
from facemetric.cli.output import FAILED, counted, guarded, people_counted, print_json

if TYPE_CHECKING:
    from facemetric.gallery import Gallery
    from facemetric.wire import GalleryOut


@guarded
def show(
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    json_: Json = False,
) -> None:
    """Say what a gallery holds and is bound to.

    Example: facemetric gallery show --gallery people.db
    """
    from facemetric.cli.galleries import open_existing

    key = master_key(key_file, key_command)
    with open_existing(gallery, key=key, read_only=True) as opened:
        document = _document(opened, gallery)
    if json_:
        print_json(document)
    else:
        _print(document)


@guarded
def check(
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    json_: Json = False,
) -> None:
    """Read a whole gallery and say what is wrong with it; exit code 4 where something is.

    Example: facemetric gallery check --gallery people.db
    """
    from facemetric.cli.galleries import open_existing

    key = master_key(key_file, key_command)
    with open_existing(gallery, key=key, read_only=True) as opened:
        problems = tuple(opened.check())
        document = _document(opened, gallery).model_copy(update={"problems": problems})
    if json_:
        print_json(document)
    else:
        for problem in problems:
            print(problem)
        print(counted(len(problems), "problem") if problems else "sound")
    if problems:
        raise typer.Exit(FAILED)


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
        mapped=opened.mapped(),
        groups=opened.groups(),
        size_bytes=stats.size_bytes,
        schema_version=stats.schema_version,
        created=stats.created.isoformat(),
        key_id=stats.key_id,
        portraits=stats.portraits,
    )


def _print(document: GalleryOut) -> None:
    print(document.gallery)
    kind = "floats" if document.encoding == "f32" else "one byte a dimension"
    averaged = {None: "not settled", True: "yes", False: "no"}[document.flip]
    for name, value in (
        ("people", f"{document.people:,}"),
        ("samples", f"{document.samples:,}"),
        ("portraits", "keeps none" if document.portraits is None else f"{document.portraits:,}"),
        ("embeddings", f"{document.bundle}, {document.dim} dimensions, {kind}"),
        ("mirrored too", averaged),
        ("encrypted", f"with the key {document.key_id}" if document.key_id else "no"),
        ("size", f"{document.size_bytes / 1e6:.1f} MB"),
        ("created", document.created),
    ):
        print(f"  {name:13} {value}")
    for bundle, samples in (document.mapped or {}).items():
        print(f"  mapped        {counted(samples, 'sample')}, by an upgrade from {bundle}")
    for group, people in document.groups.items():
        print(f"  group         {group}: {people_counted(people)}")
