"""``facemetric study``: one thing made worse step by step, and what becomes of the figures."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.evaluate.options import measuring
from facemetric.cli.evaluate.run import Run
from facemetric.cli.output import complain, finish, print_json, shown, table
from facemetric.errors import InputError, SourceError

if TYPE_CHECKING:
    from facemetric.bundle import Bundle
    from facemetric.evaluation import Task
    from facemetric.evaluation.studies import NetworkShape, Study, StudyResult


@functools.partial(measuring, compares=False)
def study(
    run: Run,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="jpeg, pixels, bytes, dimension, truncation, misalignment, blur or noise.",
            show_default=False,
        ),
    ],
    protocol: Annotated[
        str, typer.Option(metavar="NAME", help="What is measured at each level: see evaluate.")
    ] = "lfw",
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="The protocol's data, as evaluate takes them.",
            show_default="the folder of the protocol's name in the data folder",
        ),
    ] = None,
    level: Annotated[
        list[float] | None,
        typer.Option(
            "--level",
            "-l",
            metavar="NUMBER",
            help="A level to measure, several times if wanted.",
            show_default="the study's own",
        ),
    ] = None,
) -> None:
    """Sensitivity, as in FaceNet's section 5: JPEG quality, size, bytes, dimension and more.

    The paper's figures stand beside. Faces are found in the photographs as they are.

    Example: facemetric study jpeg --protocol lfw --bundle dlib-resnet-v1 --report out
    """
    from facemetric.evaluation.studies import STUDIES, chosen_levels

    chosen = STUDIES[name]
    _check(run)
    bundles = run.bundles()
    for bundle in bundles:  # before the work
        chosen_levels(chosen, _shape(bundle), level or ())
    task = _task(run, protocol, data)
    results = [_studied(run, chosen, task, bundle, level or []) for bundle in bundles]
    if run.report is not None:
        from facemetric.evaluation.studies import write_study

        complain(f"report: {write_study(results, run.report)}")
    if run.json_:
        from facemetric.evaluation.studies import study_document

        print_json(study_document(results))
    else:
        _print(results)
    finish(task.failed, done=len(task.photos), json_=run.json_)


def _check(run: Run) -> None:
    """Refuse options that a study does nothing with."""
    for option, value in (("--groups", run.groups), ("--training", run.training)):
        if value is not None:
            raise InputError(
                "a study makes no such comparison", item=option, fix="Use it with evaluate"
            )


def _task(run: Run, protocol: str, data: Path | None) -> Task:
    from facemetric.datasets import data_root
    from facemetric.evaluation import PROTOCOLS

    build: Callable[..., Task] = PROTOCOLS[protocol]
    root = data if data is not None else data_root() / protocol
    if not root.exists():
        raise SourceError(
            f"no data for {protocol}", item=str(root), fix="Name them with --data PATH"
        )
    # Collections leave out what cannot be used, as evaluate does; published lists do not.
    if "screen" in inspect.signature(build).parameters:
        return build(root, screen=run.screen)
    return build(root)


def _shape(bundle: Bundle) -> NetworkShape:
    from facemetric.evaluation.studies import NetworkShape

    size = bundle.manifest.input
    return NetworkShape((size.width_px, size.height_px), bundle.manifest.embedding.dim)


def _studied(
    run: Run, chosen: Study, task: Task, bundle: Bundle, levels: list[float]
) -> StudyResult:
    from facemetric.evaluation.studies import run_study

    return run_study(
        chosen,
        task,
        lambda change: run.embed(task, bundle, change=change),
        run.settings(),
        shape=_shape(bundle),
        levels=levels,
        bundle=bundle.id,
        conditions=run.conditions(),
    )


def _print(results: list[StudyResult]) -> None:
    from facemetric.evaluation.studies import study_rows

    for result in results:
        one = result.unchanged
        print(f"{result.study.title}: {one.task.title}")
        print(f"{one.bundle}, {'with' if one.conditions['flip'] else 'no'} flip averaging")
        print(f"  photographs  {len(one.found):,}, a face found in {int(one.found.sum()):,}")
        header, rows = study_rows(result)
        table([tuple(map(shown, row)) for row in rows], tuple(map(shown, header)))
        print()
    note = results[0].study.paper_note
    if note:
        print(f"{note}.")
