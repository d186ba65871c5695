"""``facemetric models``: the networks, and what may be done with them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.bundles import commercial_use, model_out, print_bundle
from facemetric.cli.models_import import import_model
from facemetric.cli.options import Json, Provider, ProviderName
from facemetric.cli.output import complain, finish, guarded, print_json, shown, table

if TYPE_CHECKING:
    from facemetric.bundle import Manifest

app = typer.Typer(
    help="List, show, import, verify, pack and remove model bundles, with their licences."
)


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
        models = tuple(model_out(manifest, origin) for origin, manifest in found)
        print_json(ModelsOut(models=models, errors=tuple(map(ErrorOut.of, errors))))
    else:
        rows = [
            (
                manifest.id,
                origin,
                manifest.licence.spdx,
                commercial_use(manifest.licence),
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
        print_bundle(opened)
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
        print_bundle(opened)
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
        (preset.id, preset.format, preset.licence.spdx, commercial_use(preset.licence))
        for preset in PRESETS.values()
    ]
    table(rows, ("preset", "file", "licence", "commercial use"))


@app.command()
@guarded
def pack(
    bundle: Which,
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="Where to.")],
    replace: Annotated[bool, typer.Option("--replace", help="Over a file of that name.")] = False,
    json_: Json = False,
) -> None:
    """Write a bundle as one .zip file, to use elsewhere: --bundle takes it.

    Example: facemetric models pack dlib-resnet-v1 dlib-resnet-v1.zip
    """
    from facemetric.bundle import licence_text, open_bundle, pack_bundle
    from facemetric.errors import BundleError
    from facemetric.wire import ModelsOut

    opened = open_bundle(bundle)
    if not replace and os.path.lexists(file):
        raise BundleError("is there already", item=str(file), fix="Pass --replace to write over it")
    packed = open_bundle(pack_bundle(opened, file))
    if json_:
        print_json(ModelsOut(models=(model_out(packed.manifest, str(file)),)))
    else:
        print(f"packed {opened.id}: {shown(str(file))}")
        print(licence_text(opened.manifest))


@app.command()
@guarded
def remove(
    name: Annotated[str, typer.Argument(help="An imported bundle.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json_: Json = False,
) -> None:
    """Delete an imported bundle. Galleries made with it stay, and need it again to be searched.

    Example: facemetric models remove mine-r50 --yes
    """
    from facemetric.bundle import list_bundles, remove_bundle
    from facemetric.wire import ModelsOut

    entry = next((one for one in list_bundles() if one.name == name), None)
    if entry and entry.origin == "imported" and not yes and not _confirmed(name):
        raise typer.Exit(2)
    remove_bundle(name)
    if json_:
        removed = entry.manifest if entry else None
        models = (model_out(removed, "removed"),) if removed else ()
        print_json(ModelsOut(models=models))
    else:
        print(f"removed {shown(name)}")


def _confirmed(name: str) -> bool:
    if not sys.stdin.isatty():
        complain("error: nothing was removed. Pass --yes to remove without asking")
        return False
    return typer.confirm(f"Delete {shown(name)}?", err=True)


app.command("import")(import_model)
