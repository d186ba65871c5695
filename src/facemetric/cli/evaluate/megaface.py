"""``facemetric evaluate megaface``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from facemetric.cli.evaluate.options import measuring
from facemetric.cli.evaluate.run import Run


class Probes(StrEnum):
    """Whose photographs the development kit searches with."""

    facescrub = "facescrub"
    fgnet = "fgnet"


@measuring
def megaface(
    run: Run,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="MegaFace's files: everything is found by its name.",
            show_default=False,
        ),
    ] = None,
    probe_set: Annotated[Probes, typer.Option(help="With --data: the probes.")] = Probes.facescrub,
    challenge: Annotated[
        int, typer.Option(min=1, max=2, help="With --data: 2 takes challenge 2's lists.")
    ] = 1,
    list_number: Annotated[
        int, typer.Option(min=1, help="With --data: which of the kit's random sets of each size.")
    ] = 1,
    use_noise: Annotated[
        bool,
        typer.Option(
            "--use-noise/--ignore-noise", help="With --data: apply the noise lists that it has."
        ),
    ] = True,
    probes: Annotated[
        Path | None,
        typer.Option(
            metavar="LIST|FOLDER",
            help="Instead of --data: a list of the kit, people's folders, or FG-NET's folder.",
            show_default=False,
        ),
    ] = None,
    probe_root: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where the paths of the list of probes start.",
            show_default="where the list lies",
        ),
    ] = None,
    distractors: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="LIST|FOLDER",
            help="Photographs of other people, several times if wanted: a list or any folder.",
            show_default=False,
        ),
    ] = None,
    distractor_root: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where the paths of a list of distractors start.",
            show_default="where the list lies",
        ),
    ] = None,
    noise: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            help="Noise list: probes to leave out.",
            show_default=False,
        ),
    ] = None,
    distractor_noise: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            help="Noise list: distractors to leave out.",
            show_default=False,
        ),
    ] = None,
    sizes: Annotated[
        str | None,
        typer.Option(
            metavar="N,N,…",
            help="Numbers of distractors.",
            show_default="10, 100 … up to all, or those of the kit's lists",
        ),
    ] = None,
    shared_ids: Annotated[
        bool,
        typer.Option(
            "--shared-ids",
            help="Folders named by a number mean the same person in both sets.",
        ),
    ] = False,
    training_photos: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Photographs the network was trained on: below 500,000 is the small protocol.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """MegaFace: rank 1 with one mate among 10 … 1,000,000 distractors, and TAR at FAR 1e-6.

    Example: facemetric evaluate megaface --probes people --distractors crowd
    """
    from facemetric.datasets import read_noise_list
    from facemetric.evaluation import megaface_kit_task, megaface_task
    from facemetric.evaluation.protocols import read_distractors, read_probes, training_condition

    _check_options(
        data,
        probes,
        distractors,
        {
            "--probe-root": probe_root,
            "--distractors": distractors,
            "--distractor-root": distractor_root,
            "--noise": noise,
            "--distractor-noise": distractor_noise,
            "--shared-ids": shared_ids,
        },
    )
    chosen = _sizes(sizes)
    if data is not None:
        number: Literal[1, 2] = 2 if challenge == 2 else 1
        task = megaface_kit_task(
            data,
            probe_set=probe_set.value,
            challenge=number,
            list_number=list_number,
            sizes=chosen,
            use_noise=use_noise,
            training_photos=training_photos,
            seed=run.seed,
        )
    else:
        assert probes is not None and distractors
        probe_noise = None if noise is None else read_noise_list(noise)
        crowd_noise = None if distractor_noise is None else read_noise_list(distractor_noise)
        crowd = dict.fromkeys(
            path
            for source in distractors
            for path in read_distractors(source, root=distractor_root, noise=crowd_noise)
        )
        noise_lists = [str(path) for path in (noise, distractor_noise) if path is not None]
        task = megaface_task(
            read_probes(probes, root=probe_root, noise=probe_noise),
            tuple(crowd),
            sizes=chosen,
            seed=run.seed,
            shared_ids=shared_ids,
            conditions={
                "probe_set": str(probes),
                "distractor_sets": ", ".join(map(str, distractors)),
                "noise_lists": ", ".join(noise_lists) or "none",
                **training_condition(training_photos),
            },
        )
    run.measure(task)


def _check_options(
    data: Path | None,
    probes: Path | None,
    distractors: list[Path] | None,
    own: dict[str, object],
) -> None:
    """InputError where the options of the kit and those of any folders are mixed."""
    from facemetric.errors import InputError

    if (data is None) == (probes is None):
        raise InputError("expected either --data or --probes with --distractors", item="megaface")
    if data is None:
        if not distractors:
            raise InputError("expected --distractors, a list or a folder", item="megaface")
        return
    if wrong := [name for name, value in own.items() if value]:
        raise InputError(f"{wrong[0]} goes with --probes, not with --data", item="megaface")


def _sizes(text: str | None) -> list[int]:
    from facemetric.errors import InputError

    if text is None:
        return []
    try:
        return [int(part) for part in text.replace("_", "").split(",") if part.strip()]
    except ValueError as error:
        raise InputError(f"expected numbers like 10,100,1000, got {text!r}", item="--sizes") from (
            error
        )
