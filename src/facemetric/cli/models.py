"""``facemetric models``: the networks, and what may be done with them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.options import Json, Provider, ProviderName
from facemetric.cli.output import finish, guarded, print_json, table

if TYPE_CHECKING:
    from facemetric.bundle import Bundle, Manifest
    from facemetric.bundle.manifest import Licence
    from facemetric.wire import ModelOut

app = typer.Typer(help="List, show, import and verify model bundles, with their licences.")


class Colour(StrEnum):
    """Order of a network's input channels."""

    rgb = "rgb"
    bgr = "bgr"


Which = Annotated[str, typer.Argument(metavar="BUNDLE", help="A name, folder or archive.")]


@app.command("list")
@guarded
def list_models(json_: Json = False) -> None:
    """List the built-in and imported bundles and what their licences allow.

    Example: facemetric models list
    """
    from facemetric.bundle import list_bundles
    from facemetric.types import ItemError
    from facemetric.wire import ErrorOut, ModelsOut

    found: list[tuple[str, Manifest]] = []
    errors: list[ItemError] = []
    for entry in list_bundles():
        if entry.manifest is None:
            errors.append(ItemError(entry.name, "bundle", entry.problem or "cannot be read"))
        else:
            found.append((entry.origin, entry.manifest))
    if json_:
        models = tuple(_model_out(manifest, origin) for origin, manifest in found)
        print_json(ModelsOut(models=models, errors=tuple(map(ErrorOut.of, errors))))
    else:
        rows = [
            (
                manifest.id,
                origin,
                manifest.licence.spdx,
                _commercial(manifest.licence),
                f"{manifest.embedding.dim}-d",
                "yes" if manifest.calibrations else "no",
            )
            for origin, manifest in found
        ]
        header = ("bundle", "origin", "licence", "commercial use", "embedding", "calibrated")
        table(rows, header)
    finish(errors, done=len(found), json_=json_)


@app.command()
@guarded
def show(bundle: Which, json_: Json = False) -> None:
    """Show one bundle: licence, training data, input, alignment, measured results.

    Example: facemetric models show dlib-resnet-v1
    """
    from facemetric.bundle import describe_bundle, open_bundle

    opened = open_bundle(bundle)
    if json_:
        _print_json(opened)
    else:
        print(describe_bundle(opened))


@app.command()
@guarded
def verify(bundle: Which, provider: ProviderName = Provider.cpu, json_: Json = False) -> None:
    """Check a bundle's hash and shapes, and that this machine computes its golden embedding.

    Example: facemetric models verify dlib-resnet-v1 --provider cpu
    """
    from facemetric.bundle import open_bundle, verify_bundle

    opened = open_bundle(bundle)
    verify_bundle(opened, provider=provider.value)
    if json_:
        _print_json(opened)
    else:
        print(f"{opened.id}: hash, shapes and golden embedding are right on {provider.value}")


@app.command()
@guarded
def presets(json_: Json = False) -> None:
    """List the models that facemetric models import knows, with their licences.

    Example: facemetric models presets
    """
    from facemetric.bundle import PRESETS
    from facemetric.wire import PresetOut, PresetsOut

    if json_:
        known = tuple(
            PresetOut(
                id=preset.id,
                format=preset.format,
                description=preset.description,
                source=preset.source,
                licence=preset.licence.spdx,
                commercial_use=preset.licence.commercial_use,
            )
            for preset in PRESETS.values()
        )
        print_json(PresetsOut(presets=known))
        return
    rows = [
        (preset.id, preset.format, preset.licence.spdx, _commercial(preset.licence))
        for preset in PRESETS.values()
    ]
    table(rows, ("preset", "file", "licence", "commercial use"))


@app.command("import")
@guarded
def import_model(
    path: Annotated[Path, typer.Argument(help="An .onnx, .h5 or .pt file.")],
    preset: Annotated[
        str | None, typer.Option(help="What is known of the model: facemetric models presets.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="How to call the bundle.")] = None,
    colour: Annotated[Colour | None, typer.Option(help="ONNX: order of the channels.")] = None,
    mean: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,C",
            help="ONNX: subtracted from each pixel; one number, or three in the order of --colour.",
        ),
    ] = None,
    scale: Annotated[
        str | None, typer.Option(metavar="A,B,C", help="ONNX: then divided by; as for --mean.")
    ] = None,
    template: Annotated[
        str | None, typer.Option(help="ONNX: how faces are cut, such as arcface-112.")
    ] = None,
    licence: Annotated[str | None, typer.Option(metavar="SPDX", help="ONNX: its licence.")] = None,
    training_data: Annotated[
        str | None, typer.Option(metavar="TEXT", help="ONNX: terms of its training data.")
    ] = None,
    any_weights: Annotated[
        bool,
        typer.Option("--any-weights", help="Use the preset for another file, uncalibrated."),
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Over one of that name.")] = False,
    json_: Json = False,
) -> None:
    """Make a bundle of a network that you have: plain ONNX, Keras FaceNet, facenet-pytorch.

    Example: facemetric models import w600k_r50.onnx --preset insightface-buffalo-l
    """
    from facemetric.bundle import import_model as import_any
    from facemetric.bundle import licence_text

    given = {
        "preset": preset,
        "id": name,
        "colour": colour.value if colour else None,
        "mean": _numbers("mean", mean),
        "scale": _numbers("scale", scale),
        "template": template,
        "licence": licence,
        "training_data": training_data,
    }
    flags = {key: value for key, value in given.items() if value is not None}
    bundle = import_any(path, any_weights=any_weights, replace=replace, **flags)
    if json_:
        _print_json(bundle)
    else:
        print(f"imported {bundle.id}: {bundle.folder}")
        print(licence_text(bundle.manifest))


def _numbers(name: str, text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if len(values) == 1:
        values *= 3
    if len(values) != 3:
        raise typer.BadParameter(
            f"expected one number or three, such as 127.5, got {text!r}", param_hint=f"--{name}"
        )
    return values


def _print_json(bundle: Bundle) -> None:
    from facemetric.wire import ModelsOut

    origin = str(bundle.folder)
    print_json(ModelsOut(models=(_model_out(bundle.manifest, origin),)))


def _commercial(licence: Licence) -> str:
    return {True: "yes", False: "no", None: "not stated"}[licence.commercial_use]


def _model_out(manifest: Manifest, origin: str) -> ModelOut:
    from facemetric.wire import ModelOut

    return ModelOut(
        id=manifest.id,
        description=manifest.description,
        origin=origin,
        dim=manifest.embedding.dim,
        template=manifest.alignment.template,
        licence=manifest.licence.spdx,
        commercial_use=manifest.licence.commercial_use,
        training_data=manifest.licence.training_data,
        calibrated=bool(manifest.calibrations),
    )
