"""Plain ONNX files as bundles."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from facemetric.bundle.batching import freed_batch
from facemetric.bundle.bundle import Bundle
from facemetric.bundle.importing import (
    bundle_id,
    matched_preset,
    preset_of_format,
    read_source,
    save_import,
    unusable,
)
from facemetric.bundle.manifest import Alignment, Input, Licence
from facemetric.bundle.manifest_file import check_values
from facemetric.bundle.onnx_file import OnnxFile
from facemetric.bundle.preset import PRESETS, Preset
from facemetric.errors import InputError

Numbers = tuple[float, float, float]
_ZERO: Numbers = (0.0, 0.0, 0.0)
_ONE: Numbers = (1.0, 1.0, 1.0)


def import_onnx(
    path: str | Path,
    *,
    preset: str | None = None,
    id: str | None = None,
    folder: str | Path | None = None,
    replace: bool = False,
    any_weights: bool = False,
    height_px: int | None = None,
    width_px: int | None = None,
    colour: Literal["rgb", "bgr"] | None = None,
    layout: Literal["nchw", "nhwc"] | None = None,
    mean: Numbers | None = None,
    scale: Numbers | None = None,
    whiten: bool | None = None,
    template: str | None = None,
    margin_px: float | None = None,
    output_name: str | None = None,
    licence: str | None = None,
    commercial_use: bool | None = None,
    training_data: str | None = None,
    description: str | None = None,
) -> Bundle:
    """Make a bundle of an ONNX face recognition model.

    What the model expects comes from a preset, from the options, or from both: an option overrides
    the preset. Without a preset, ``colour``, ``mean``, ``scale``, ``template``, ``licence`` and
    ``training_data`` must be given. Size and layout are read off the graph where it fixes them. A
    batch dimension that is fixed at 1 is freed where the outputs stay the same; else the manifest
    says ``max_batch: 1``. Show :func:`facemetric.bundle.licence_text` of the result's manifest to
    whoever imports.

    Parameters
    ----------
    path
        The ``.onnx`` file, with its weights inside.
    preset
        A name in ``PRESETS``.
    id, folder, replace
        Name of the bundle; where to write it (the user's folder where ``None``); whether over one
        that is there.
    any_weights
        Use a preset that was made for another file, without its calibration.
    height_px, width_px, colour, layout, mean, scale, whiten
        See ``manifest.Input``: ``x = (pixel - mean) / scale``.
    template, margin_px
        How faces are cut: a name in ``facemetric.align.TEMPLATES``.
    output_name
        The output that is the embedding, where the graph has several.
    licence, commercial_use, training_data
        SPDX id (or ``LicenseRef-…``), whether commercial use is allowed (``None``: not said), and
        the terms of the training data.
    description
        One sentence.

    Raises
    ------
    InputError
        An option is missing or wrong.
    BundleError
        The file cannot be used, clashes with the preset or the options, or the folder is taken.
    IntegrityError
        The graph is not what the preset or the options say.
    UnknownNameError
        There is no such preset.
    """
    path = Path(path)
    data, digest = read_source(path)
    base = _base(preset, digest, path=path, any_weights=any_weights)
    file = OnnxFile(data, path=path)
    output = file.output(output_name)
    if base is None:
        _require(path, colour, mean, scale, template, licence, training_data)
    picture = {
        "height_px": height_px,
        "width_px": width_px,
        "colour": colour,
        "layout": layout,
        "mean": mean,
        "scale": scale,
        "whiten": whiten,
    }
    cut = {"template": template, "margin_px": margin_px}
    terms = {"spdx": licence, "commercial_use": commercial_use, "training_data": training_data}
    known = _joined(
        base,
        path,
        picture=_fitted_to(file, {**_values(base, "input"), **_given(picture)}, layout=layout),
        cut={**_values(base, "alignment"), **_given(cut)},
        terms={"commercial_use": None, **_values(base, "licence"), **_given(terms)},
        description=description,
    )
    graph, known, recipe = _batched(file, known, output.name)
    return save_import(
        graph,
        known,
        importer="facemetric.bundle.import_onnx",
        source_sha256=digest,
        id=id,
        folder=folder,
        replace=replace,
        tensors=(file.input.name, output.name),
        recipe=recipe,
    )


def _base(name: str | None, digest: str, *, path: Path, any_weights: bool) -> Preset | None:
    if name is None:
        return None
    preset = preset_of_format(name, "onnx", path=path)
    return matched_preset(preset, digest, path=path, any_weights=any_weights)


def _require(path: Path, *values: object) -> None:
    names = ("colour", "mean", "scale", "template", "licence", "training_data")
    missing = [name for name, value in zip(names, values, strict=True) if value is None]
    if missing:
        known = [name for name, preset in PRESETS.items() if preset.format == "onnx"]
        raise InputError(
            f"without a preset these must be given: {', '.join(missing)}",
            item=str(path),
            fix=f"Give them, or one of the presets {', '.join(known)}",
        )


def _values(base: Preset | None, part: str) -> dict[str, Any]:
    return {} if base is None else getattr(base, part).model_dump()


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _fitted_to(file: OnnxFile, picture: dict[str, Any], *, layout: str | None) -> dict[str, Any]:
    """Complete the input's values by what the graph fixes; BundleError where they clash."""
    shape = file.input.shape
    layout = layout or file.layout or picture.get("layout")
    if layout is None or file.layout not in (None, layout):
        raise unusable(
            f"input {file.input.name!r} has shape {shape}, layout is {layout!r}",
            file.path,
            "Give the one that the graph has, nchw or nhwc (layout=, --layout)",
        )
    sizes = shape[2:] if layout == "nchw" else shape[1:3]
    picture = {**picture, "layout": layout}
    for key, size in zip(("height_px", "width_px"), sizes, strict=True):
        wanted = picture.setdefault(key, size)
        if wanted is None:
            flag = f"--{key.removesuffix('_px')}"
            raise unusable(f"the graph does not fix {key}", file.path, f"Give it ({key}=, {flag})")
        if size not in (None, wanted):
            raise unusable(
                f"expected {key} {wanted}, the graph takes {size}",
                file.path,
                "Choose the preset of this model, or leave the size to the graph",
            )
    if file.normalises_itself and any(
        picture.get(key, plain) != plain for key, plain in (("mean", _ZERO), ("scale", _ONE))
    ):
        raise unusable(
            "the graph normalises its input itself; mean and scale would do it again",
            file.path,
            "Pass a mean of 0 and a scale of 1",
        )
    return picture


def _joined(
    base: Preset | None,
    path: Path,
    *,
    picture: dict[str, Any],
    cut: dict[str, Any],
    terms: dict[str, Any],
    description: str | None,
) -> Preset:
    """Put preset and options together; figures stay only where nothing they depend on changed."""
    parts = (
        check_values(Input, picture, item="input"),
        check_values(Alignment, cut, item="alignment"),
        check_values(Licence, terms, item="licence"),
    )
    if base is None:
        base = Preset(
            id=bundle_id(None, path.stem),
            format="onnx",
            source=path.name,
            input=parts[0],
            alignment=parts[1],
            dim=None,
            licence=parts[2],
        )
    elif parts[:2] != (base.input, base.alignment):
        base = base.without_figures()
    told = {} if description is None else {"description": description}
    joined = dict(zip(("input", "alignment", "licence"), parts, strict=True))
    return base.model_copy(update={**joined, **told})


def _batched(file: OnnxFile, known: Preset, output: str) -> tuple[bytes, Preset, str]:
    """Return graph, preset and recipe, the batch dimension freed where that is right."""
    batch = file.input.shape[0]
    if batch is None:
        return file.data, known, ""
    if batch != 1:
        raise unusable(
            f"the graph takes exactly {batch} chips at once",
            file.path,
            "Export it with a batch of 1 or a free batch dimension",
        )
    freed = freed_batch(file, known.input, output)
    if freed is not None:
        return freed, known, "batch dimension freed"
    limited = known.input.model_copy(update={"max_batch": 1})
    return file.data, known.model_copy(update={"input": limited}), ""
