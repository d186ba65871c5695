"""``facemetric dataset``: photographs of people to a pack of aligned faces."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from facemetric.cli.output import complain, counting, finish, guarded, print_json, shown
from facemetric.processors import session_threads

if TYPE_CHECKING:
    from facemetric.embed import Embedder
    from facemetric.wire import DatasetOut, LabelNoiseOut, SpreadOut

_LIMITS = "Which faces"
_LABELS = "Labels"
_MOST_NAMED = 20
_MOST_SHOWN = 5
_SHOWN = {"size_px": "face size, px", "sharpness": "sharpness", "yaw_deg": "yaw, degrees"}


@guarded
def dataset(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Folders with a folder of photographs per person, a folder with identities.txt, "
            "lists (.lst, .txt, .csv, .tsv), or celeba and lfw: the research data.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder of the pack.", show_default=False)
    ],
    template: Annotated[
        str, typer.Option(metavar="NAME", help="How faces are aligned.")
    ] = "arcface-112",
    min_face: Annotated[
        float | None,
        typer.Option(
            metavar="PX",
            min=6,
            help="Smallest face to look for.",
            show_default="40; celeba: 20",
            rich_help_panel=_LIMITS,
        ),
    ] = None,
    min_size: Annotated[
        float | None,
        typer.Option(
            metavar="PX",
            min=0,
            help="Smallest face to keep.",
            rich_help_panel=_LIMITS,
            show_default=False,
        ),
    ] = None,
    min_score: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Least score of the detector.",
            rich_help_panel=_LIMITS,
            show_default=False,
        ),
    ] = None,
    min_sharpness: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Least variance of the Laplacian; below 20 is blurred.",
            rich_help_panel=_LIMITS,
            show_default=False,
        ),
    ] = None,
    max_yaw: Annotated[
        float | None,
        typer.Option(
            metavar="DEG",
            min=0,
            help="Most turn to a side.",
            rich_help_panel=_LIMITS,
            show_default=False,
        ),
    ] = None,
    max_pitch: Annotated[
        float | None,
        typer.Option(
            metavar="DEG",
            min=0,
            help="Most turn up or down.",
            rich_help_panel=_LIMITS,
            show_default=False,
        ),
    ] = None,
    max_roll: Annotated[
        float | None,
        typer.Option(
            metavar="DEG", min=0, help="Most tilt.", rich_help_panel=_LIMITS, show_default=False
        ),
    ] = None,
    min_images: Annotated[
        int,
        typer.Option(min=1, help="Leave out people with fewer images.", rich_help_panel=_LIMITS),
    ] = 1,
    dedupe: Annotated[
        bool,
        typer.Option(
            "--dedupe/--no-dedupe",
            help="Leave out copies: the same file or the same picture.",
            rich_help_panel=_LIMITS,
        ),
    ] = True,
    keep_faceless: Annotated[
        bool,
        typer.Option(
            "--keep-faceless",
            help="Where no face is found, cut out the middle: for packs to measure protocols on.",
            rich_help_panel=_LIMITS,
        ),
    ] = False,
    without: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Leave out the photographs of a list, such as suspects.tsv.",
            rich_help_panel=_LIMITS,
            show_default=False,
        ),
    ] = None,
    label_noise: Annotated[
        bool,
        typer.Option(
            "--label-noise",
            help="Name images and people whose labels a bundle contradicts.",
            rich_help_panel=_LABELS,
        ),
    ] = False,
    bundle: BundleName = DEFAULT_BUNDLE,
    flip: Flip = True,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write a page.", show_default=False),
    ] = None,
    shard_mb: Annotated[
        int, typer.Option(metavar="MB", min=1, help="Size at which a shard is full.")
    ] = 64,
    replace: Annotated[
        bool, typer.Option("--replace", help="Over another pack that is there.")
    ] = False,
    cache: KeepCache = True,
    workers: Workers = 2,
    provider: ProviderName = Provider.cpu,
    threads: Threads = None,
    json_: Json = False,
) -> None:
    """Find, align, filter and pack the faces of people's photographs, to train with.

    One face of each photograph, the one nearest its middle. A run that was stopped goes on where
    it was when it is started again.

    Example: facemetric dataset people/ packs/people --min-images 3 --label-noise --report page.html
    """
    from facemetric.bundle import cache_folder
    from facemetric.jobs import FaceLimits, build_dataset
    from facemetric.jobs.lists import read_without
    from facemetric.wire import DatasetOut

    if report is not None:
        from facemetric.cli.pages import check_page

        check_page(report)
    kept = cache_folder() / "evaluation" if cache else None
    embedder = _embedder(bundle, flip, provider, threads) if label_noise else None
    built = build_dataset(
        sources,
        out,
        template=template,
        min_face_px=min_face if min_face is not None else _min_face_px(sources),
        limits=FaceLimits(
            min_size_px=min_size,
            min_score=min_score,
            min_sharpness=min_sharpness,
            max_yaw_deg=max_yaw,
            max_pitch_deg=max_pitch,
            max_roll_deg=max_roll,
        ),
        min_images=min_images,
        dedupe=dedupe,
        keep_faceless=keep_faceless,
        without=read_without(without) if without is not None else (),
        shard_bytes=shard_mb << 20,
        replace=replace,
        cache=kept,
        workers=workers,
        counting=counting,
    )
    noise = None
    if embedder is not None:
        from facemetric.jobs import judge_labels

        with counting("embeddings") as progress:
            noise = judge_labels(built, embedder, cache=kept, workers=workers, progress=progress)
    answer = DatasetOut(out=str(out), card=built.card, left_out=built.left_out, label_noise=noise)
    if report is not None:
        from facemetric.cli.dataset_view import write_dataset_page

        write_dataset_page(report, answer)
    if json_:
        print_json(answer)
    else:
        _print(answer)
        if report is not None:
            complain(f"report: {report}")
    finish(built.failed, done=built.card.images, json_=json_, most=_MOST_NAMED)


def _embedder(bundle: str, flip: bool, provider: Provider, threads: int | None) -> Embedder:
    from facemetric.bundle import open_bundle
    from facemetric.embed import Embedder

    return Embedder(
        open_bundle(bundle), provider=provider.value, threads=session_threads(threads), flip=flip
    )


def _min_face_px(sources: list[str]) -> float:
    from facemetric.evaluation.calibration.collection import NAMED

    return min(NAMED[source][1] if source in NAMED else 40 for source in sources)


def _print(answer: DatasetOut) -> None:
    card = answer.card
    size = sum(shard.bytes for shard in card.shards) / 1e6
    archives = "1 shard" if len(card.shards) == 1 else f"{len(card.shards)} shards"
    print(f"{shown(answer.out)}: {archives}, {size:,.1f} MB")
    print(f"  photographs      {card.photographs:,}")
    print(f"  images           {card.images:,} of {card.people:,} people")
    if card.faceless:
        print(f"  faceless         {card.faceless:,} of them, the middle of the picture instead")
    total = sum(reason.count for reason in card.left_out)
    print(f"  left out         {total:,}{' (left-out.tsv)' if total else ''}")
    for reason in card.left_out:
        print(f"    {reason.reason:<23} {reason.count:,}")
    _print_spread("images a person", card.images_per_person)
    for measure in card.measures:
        if measure.name in _SHOWN:
            _print_spread(_SHOWN[measure.name], measure)
    if answer.label_noise is not None:
        _print_noise(answer.label_noise)


def _print_spread(name: str, spread: SpreadOut) -> None:
    # Adding zero makes a plain zero of a negative one.
    middle, low, high = (round(value) + 0 for value in (spread.p50, spread.p5, spread.p95))
    print(f"  {name:<16} median {middle:,}, 5 to 95 %: {low:,} to {high:,}")


def _print_noise(noise: LabelNoiseOut) -> None:
    print(
        f"labels: {len(noise.suspects):,} of {noise.judged:,} images are more like another person "
        f"(suspects.tsv), {len(noise.alike):,} pairs of names may be one person, "
        f"says {noise.bundle}"
    )
    for one in noise.suspects[:_MOST_SHOWN]:
        print(
            f"  {shown(one.source)}: {one.own:.3f} to the others of {shown(one.person)}, "
            f"{one.nearest:.3f} to {shown(one.like)}"
        )
    for pair in noise.alike[:_MOST_SHOWN]:
        print(f"  {shown(pair.first)} and {shown(pair.second)}: {pair.similarity:.3f}")
