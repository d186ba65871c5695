"""``facemetric embed``: large sets of photographs to embeddings in Parquet files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.options import (
    DEFAULT_BUNDLE,
    BundleName,
    Flip,
    Json,
    MinFace,
    Provider,
    ProviderName,
    SelectFaces,
)
from facemetric.cli.output import FAILED, SOME_FAILED, complain, counted, guarded, print_json, shown
from facemetric.processors import usable_processors

if TYPE_CHECKING:
    from facemetric.wire import EmbedOut

_MOST_NAMED = 10


@guarded
def embed(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Photographs, folders or globs, also as addresses: s3://bucket/folder, "
            "zip://*.jpg::photos.zip; @FILE (or @-) a list of them, one on a line.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder of the shards.", show_default=False)
    ],
    select: Annotated[
        SelectFaces, typer.Option(help="Which faces of a photograph.")
    ] = SelectFaces.all,
    min_face: MinFace = None,
    bundle: BundleName = DEFAULT_BUNDLE,
    flip: Flip = True,
    codes: Annotated[
        bool, typer.Option("--codes", help="Keep one byte a dimension in place of four.")
    ] = False,
    shard_photos: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Photographs of a shard. Without it: a 64th of all, 32 to 1,000.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Processes of one thread each; with --ray: actors. Without it: one a core.",
            show_default=False,
        ),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Do the work on a Ray cluster: auto, or HOST:PORT.",
            show_default=False,
        ),
    ] = None,
    provider: ProviderName = Provider.cpu,
    replace: Annotated[
        bool, typer.Option("--replace", help="Over embeddings of another plan that are there.")
    ] = False,
    retry_failed: Annotated[
        bool,
        typer.Option("--retry-failed", help="Do shards again in which photographs failed."),
    ] = False,
    progress: Annotated[
        bool, typer.Option("--progress/--quiet", help="Show progress, rate and time left.")
    ] = True,
    json_: Json = False,
) -> None:
    """Find, align and embed the faces of many photographs, into Parquet files.

    A run that was stopped or killed goes on when it is started again with the same arguments:
    finished shards are left as they are. A photograph that fails is listed with its error.

    Example: facemetric embed photos/ embeddings/ --workers 8
    """
    from facemetric.cli.pace import pacing
    from facemetric.cli.sources import listed
    from facemetric.jobs.embedding import embed_photos

    # Ray prints what happens to its workers.
    with (
        _said_how_to_go_on(),
        redirect_stdout(sys.stderr) if ray else nullcontext(),
        pacing("embedding", unit="photographs", quiet=not progress) as tell,
    ):
        done = embed_photos(
            listed(sources),
            out,
            bundle=bundle,
            flip=flip,
            select=select.value,
            min_face_px=min_face,
            codes=codes,
            shard_photos=shard_photos,
            workers=workers if ray else workers or usable_processors(),
            ray=ray,
            provider=provider.value,
            replace=replace,
            retry_failed=retry_failed,
            tell=tell,
        )
    answer = done.to_wire()
    if json_:
        print_json(answer)
    else:
        _print(answer)
    if answer.failed:
        failed = sum(answer.failed.values())
        raise typer.Exit(SOME_FAILED if failed < answer.photographs else FAILED)


@contextmanager
def _said_how_to_go_on() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        complain("stopped: the same command goes on")
        raise


def _print(answer: EmbedOut) -> None:
    from facemetric.cli.pace import time_text

    for error in answer.errors[:_MOST_NAMED]:
        complain(f"failed: {error.item}: {error.cause}")
    failed = sum(answer.failed.values())
    if failed > _MOST_NAMED:
        complain(f"… and {failed - _MOST_NAMED:,} more, all in {Path(answer.out) / 'photos'}")
    faces = counted(answer.faces, "face")
    photographs = counted(answer.photographs, "photograph")
    print(f"{shown(answer.out)}: {faces} of {photographs}")
    if answer.without_face:
        print(f"  without a face   {answer.without_face:,}")
    for code, count in sorted(answer.failed.items()):
        print(f"  failed           {count:,} ({code})")
    kind = "floats" if answer.encoding == "f32" else "one byte a dimension"
    averaged = ", mirrored too" if answer.flip else ""
    print(f"  embeddings       {answer.bundle}, {answer.dim} dimensions, {kind}{averaged}")
    print(f"  shards           {answer.shards:,}, {answer.new_shards:,} of them new")
    if answer.changed:
        changed = counted(answer.changed, "photograph")
        print(f"  changed          {changed} since: their shards were done again")
    if answer.new_photographs:
        rate = answer.new_photographs / answer.seconds
        print(f"  time             {time_text(answer.seconds)}, {rate:,.1f} photographs a second")
