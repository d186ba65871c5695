"""``facemetric models import``: a network that the user brings, as a bundle."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.bundles import print_bundle
from facemetric.cli.options import Json
from facemetric.cli.output import guarded


class Colour(StrEnum):
    """Order of a network's input channels."""

    rgb = "rgb"
    bgr = "bgr"


class Layout(StrEnum):
    """Order of a network's input dimensions."""

    nchw = "nchw"
    nhwc = "nhwc"


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
    whiten: Annotated[
        bool | None,
        typer.Option(
            "--whiten/--no-whiten", help="ONNX: bring each face to zero mean and unit deviation."
        ),
    ] = None,
    layout: Annotated[
        Layout | None,
        typer.Option(help="ONNX: order of the input, where the graph leaves it open."),
    ] = None,
    height: Annotated[
        int | None,
        typer.Option(metavar="PX", help="ONNX: the input's, where the graph leaves it open."),
    ] = None,
    width: Annotated[int | None, typer.Option(metavar="PX", help="ONNX: as --height.")] = None,
    output_name: Annotated[
        str | None, typer.Option(metavar="NAME", help="ONNX: which output is the embedding.")
    ] = None,
    template: Annotated[
        str | None, typer.Option(help="ONNX: how faces are cut, such as arcface-112.")
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option(metavar="PX", help="ONNX, margin-crop-160: chip pixels around the box."),
    ] = None,
    licence: Annotated[str | None, typer.Option(metavar="SPDX", help="ONNX: its licence.")] = None,
    commercial_use: Annotated[
        bool | None,
        typer.Option(
            "--commercial-use/--no-commercial-use",
            help="ONNX: whether its licence allows that. Without either: not stated.",
        ),
    ] = None,
    training_data: Annotated[
        str | None, typer.Option(metavar="TEXT", help="ONNX: terms of its training data.")
    ] = None,
    description: Annotated[
        str | None, typer.Option(metavar="TEXT", help="ONNX: one sentence.")
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
    from facemetric.align import TEMPLATES
    from facemetric.bundle import import_model as import_any
    from facemetric.bundle import licence_text

    if template is not None:
        TEMPLATES[template]  # before the work; the importer does not know them
    given = {
        "preset": preset,
        "id": name,
        "colour": colour.value if colour else None,
        "mean": _numbers("mean", mean),
        "scale": _numbers("scale", scale),
        "whiten": whiten,
        "layout": layout.value if layout else None,
        "height_px": height,
        "width_px": width,
        "output_name": output_name,
        "template": template,
        "margin_px": margin,
        "licence": licence,
        "commercial_use": commercial_use,
        "training_data": training_data,
        "description": description,
    }
    flags = {key: value for key, value in given.items() if value is not None}
    bundle = import_any(path, any_weights=any_weights, replace=replace, **flags)
    if json_:
        print_bundle(bundle)
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
