"""``facemetric export``: a trained network as a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.options import Json
from facemetric.cli.output import complain, guarded, print_json
from facemetric.cli.own_code import OwnCode, run_own_code

if TYPE_CHECKING:
    from facemetric.bundle.manifest import Licence
    from facemetric.training.export import ExportedRun

RESEARCH_ONLY = "LicenseRef-research-only"
_TERMS = "Licence (one of --licence and --research-only)"


@guarded
def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a training run.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The bundle's folder.")],
    name: Annotated[
        str | None,
        typer.Option("--id", help="How to call the bundle.", show_default="the recipe's name"),
    ] = None,
    licence: Annotated[
        str | None,
        typer.Option(metavar="SPDX", help="Of the weights.", rich_help_panel=_TERMS),
    ] = None,
    research_only: Annotated[
        bool,
        typer.Option(
            "--research-only",
            help="State that the weights are for research alone.",
            rich_help_panel=_TERMS,
        ),
    ] = False,
    commercial_use: Annotated[
        bool | None,
        typer.Option(
            "--commercial-use/--no-commercial-use",
            help="Whether the licence allows that. Without either: not stated.",
            rich_help_panel=_TERMS,
        ),
    ] = None,
    training_data: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Terms of the photographs that it learnt from; needed with --licence.",
            rich_help_panel=_TERMS,
        ),
    ] = None,
    description: Annotated[str, typer.Option(metavar="TEXT", help="One sentence.")] = "",
    best: Annotated[
        bool, typer.Option("--best", help="The weights that scored highest, not the last.")
    ] = False,
    template: Annotated[
        str, typer.Option(metavar="NAME", help="How the training chips were cut.")
    ] = "arcface-112",
    int8: Annotated[
        bool, typer.Option("--int8", help="Also an eight-bit bundle, in OUT-int8.")
    ] = False,
    measure: Annotated[
        bool,
        typer.Option("--measure/--no-measure", help="Measure by the recipe's own protocols."),
    ] = True,
    replace: Annotated[
        bool, typer.Option("--replace", help="Over bundles that are there.")
    ] = False,
    own: OwnCode = None,
    json_: Json = False,
) -> None:
    """Make a bundle of a training run: the graph, the weights to go on with, a model card.

    Example: facemetric export runs/first first-bundle --research-only --int8
    """
    terms = _licence(licence, research_only, commercial_use, training_data)
    run_own_code(own)
    from facemetric.align import TEMPLATES
    from facemetric.training.export import export_run

    TEMPLATES[template]  # before the work
    made = export_run(
        run,
        out,
        licence=terms,
        id=name,
        description=description,
        best=best,
        template=template,
        int8=int8,
        measure=measure,
        replace=replace,
        tell=complain,
    )
    if json_:
        from facemetric.cli.bundles import model_out
        from facemetric.wire import ModelsOut

        shown = tuple(model_out(one.manifest, str(one.folder)) for one in made.bundles)
        print_json(ModelsOut(models=shown))
    else:
        _print(made)


def _licence(
    spdx: str | None, research_only: bool, commercial_use: bool | None, training_data: str | None
) -> Licence:
    """Return the terms; wrong usage where none are stated or two contradict each other."""
    from facemetric.bundle.manifest import Licence

    if (spdx is None) != research_only:
        raise typer.BadParameter(
            "give the licence of the weights (--licence), or state --research-only",
            param_hint="--licence",
        )
    if research_only and commercial_use:
        raise typer.BadParameter("excludes --research-only", param_hint="--commercial-use")
    if spdx is not None and not training_data:
        raise typer.BadParameter(
            "a licence needs the terms of the training data", param_hint="--training-data"
        )
    return Licence(
        spdx=RESEARCH_ONLY if spdx is None else spdx,
        commercial_use=False if research_only else commercial_use,
        training_data=training_data or "not stated: for research alone",
    )


def _print(made: ExportedRun) -> None:
    from facemetric.bundle import describe_bundle

    print("\n\n".join(describe_bundle(bundle) for bundle in made.bundles))
    print(f"\nLargest difference from torch: {made.exported.difference:.2g}")
    eight = made.quantised
    if eight is not None:
        print(
            f"Eight bits: {eight.bytes / 1e6:.1f} MB of {eight.bytes_before / 1e6:.1f} MB, "
            f"similarity to float32 {eight.similarity_mean:.4f} (least {eight.similarity_min:.4f})"
        )
    for bundle in made.bundles:
        print(f"written: {bundle.folder}")
