"""``facemetric models``: the networks, and what may be done with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.options import Json, Provider, ProviderName
from facemetric.cli.output import finish, guarded, table

if TYPE_CHECKING:
    from facemetric.bundle import Bundle, Manifest
    from facemetric.wire import ModelOut

app = typer.Typer(help="List, show, import and verify model bundles, with their licences.")

Which = Annotated[str, typer.Argument(metavar="BUNDLE", help="A name, folder or archive.")]


@app.command("list")
@guarded
def list_models(json_: Json = False) -> None:
    """List the built-in and imported bundles and what their licences allow.

    Example: facemetric models list
    """
    from facemetric.bundle import list_bundles
    from facemetric.types import ItemError
    from facemetric.wire import ErrorOut, ModelsOut, to_json

    found: list[tuple[str, Manifest]] = []
    errors: list[ItemError] = []
    for entry in list_bundles():
        if entry.manifest is None:
            errors.append(ItemError(entry.name, "bundle", entry.problem or "cannot be read"))
        else:
            found.append((entry.origin, entry.manifest))
    if json_:
        models = tuple(_model_out(manifest, origin) for origin, manifest in found)
        print(to_json(ModelsOut(models=models, errors=tuple(map(ErrorOut.of, errors)))))
    else:
        rows = [
            (
                manifest.id,
                origin,
                manifest.licence.spdx,
                _commercial(manifest),
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


@app.command("import")
@guarded
def import_model(
    path: Annotated[Path, typer.Argument(help="An .onnx, .h5 or .pt file.")],
    preset: Annotated[
        str | None,
        typer.Option(help="What is known of the model; facemetric models presets lists them."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="How to call the bundle.")] = None,
    json_: Json = False,
) -> None:
    """Make a bundle of a network that you have: plain ONNX, Keras FaceNet, facenet-pytorch.

    Example: facemetric models import w600k_r50.onnx --preset buffalo-l
    """
    from facemetric.bundle import import_model as import_any

    opened = import_any(path, preset=preset, id=name)
    if json_:
        _print_json(opened)
    else:
        licence = opened.manifest.licence
        print(f"imported {opened.id}: {opened.folder}")
        print(f"  licence         {licence.spdx}; commercial use: {_commercial(opened.manifest)}")
        print(f"  training data   {licence.training_data}")
        if licence.notes:
            print(f"  note            {licence.notes}")


def _print_json(bundle: Bundle) -> None:
    from facemetric.wire import ModelsOut, to_json

    origin = str(bundle.folder)
    print(to_json(ModelsOut(models=(_model_out(bundle.manifest, origin),))))


def _commercial(manifest: Manifest) -> str:
    return {True: "yes", False: "no", None: "not stated"}[manifest.licence.commercial_use]


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
