"""What every importer ends with: try the graph, write the manifest, save the bundle."""

from __future__ import annotations

import hashlib
import re
import tempfile
from pathlib import Path

import numpy as np

from facemetric.bundle.archive import MAX_MODEL_BYTES
from facemetric.bundle.bundle import Bundle
from facemetric.bundle.folders import imported_folder
from facemetric.bundle.golden import golden_chip
from facemetric.bundle.manifest import Embedding, Manifest, ModelFile
from facemetric.bundle.network import Network
from facemetric.bundle.preset import PRESETS, Preset
from facemetric.bundle.store import save_bundle
from facemetric.bundle.verification import make_golden
from facemetric.errors import BundleError, InputError, IntegrityError, ProviderError
from facemetric.runtime import Session
from facemetric.types import UInt8

_BATCH_TOLERANCE = 1e-4  # of an embedding's length


def read_source(path: str | Path) -> tuple[bytes, str]:
    """Return a model file's bytes and their SHA-256; BundleError where it cannot be read."""
    path = Path(path)
    try:
        if path.stat().st_size > MAX_MODEL_BYTES:
            raise unusable(
                f"expected at most {MAX_MODEL_BYTES} bytes, got {path.stat().st_size}",
                path,
                "Pass the recognition model itself",
            )
        data = path.read_bytes()
    except OSError as error:
        cause = f"cannot be read: {error.strerror or error}"
        raise unusable(cause, path, "Check the path and its permissions") from error
    return data, hashlib.sha256(data).hexdigest()


def unusable(cause: str, path: Path, fix: str) -> BundleError:
    """Return the error for a model file that cannot be imported."""
    return BundleError(cause, item=str(path), fix=fix)


def preset_of_format(name: str, format: str, *, path: Path) -> Preset:
    """Return a preset; BundleError where it is of files of another format."""
    preset = PRESETS[name]
    if preset.format != format:
        known = [other.id for other in PRESETS.values() if other.format == format]
        raise unusable(
            f"preset {name!r} is of {preset.format} files, not of {format}",
            path,
            f"Use that format's importer, or one of the presets {', '.join(known)}",
        )
    return preset


def matched_preset(preset: Preset, sha256: str, *, path: Path, any_weights: bool) -> Preset:
    """Return the preset for this very file, without its figures where other weights are allowed.

    Raises
    ------
    IntegrityError
        The preset is of another file, and ``any_weights`` is false.
    """
    if preset.source_sha256 in (None, sha256):
        return preset
    if any_weights:
        return preset.without_figures()
    raise IntegrityError(
        f"preset {preset.id!r} is of the file with SHA-256 {preset.source_sha256}, got {sha256}",
        item=str(path),
        fix="Fetch the file again, or use the preset's preprocessing for other weights, without "
        "its calibration (any_weights=True, --any-weights)",
    )


def bundle_id(given: str | None, default: str) -> str:
    """Return an id that a folder can have; InputError where the given one cannot be one."""
    if given is None:
        return re.sub(r"[^a-z0-9._-]+", "-", default.lower()).strip("-._")[:64] or "imported"
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", given):
        raise InputError(
            f"expected small letters, digits, '.', '_' or '-', got {given!r}",
            item="id",
            fix="Choose another id",
        )
    return given


def save_import(
    graph: bytes,
    preset: Preset,
    *,
    importer: str,
    source_sha256: str,
    id: str | None,
    folder: str | Path | None,
    replace: bool,
    tensors: tuple[str, str],
    recipe: str = "",
) -> Bundle:
    """Try a graph on chips, make its manifest and save the bundle.

    Parameters
    ----------
    graph
        The ONNX bytes.
    preset
        Everything that the graph does not say.
    importer, source_sha256, recipe
        For the provenance.
    id
        Of the bundle; the preset's where ``None``.
    folder
        Where to; the user's folder where ``None``.
    replace
        Put it in the place of a bundle that is there.
    tensors
        Names of the graph's input and output.

    Raises
    ------
    IntegrityError
        The graph's shapes are others, or what it gives is not finite.
    ProviderError
        The graph cannot be run.
    BundleError
        The graph cannot be loaded, or the folder is taken.
    """
    name = bundle_id(id, preset.id)
    digest = hashlib.sha256(graph).hexdigest()
    manifest = Manifest(
        id=name,
        description=preset.description,
        model=ModelFile(sha256=digest, input=tensors[0], output=tensors[1]),
        input=preset.input,
        alignment=preset.alignment,
        embedding=Embedding(dim=_dim(graph, tensors[1]) if preset.dim is None else preset.dim),
        licence=preset.licence,
        provenance=preset.provenance(importer=importer, sha256=source_sha256, recipe=recipe),
        results=preset.results,
        calibrations=preset.calibrations,
        codes=preset.codes,
    )
    with tempfile.TemporaryDirectory(prefix="facemetric-") as scratch:
        (Path(scratch) / manifest.model.file).write_bytes(graph)
        manifest = tried(manifest, Path(scratch))
    target = imported_folder(name) if folder is None else Path(folder)
    return save_bundle(target, manifest, graph, replace=replace)


def tried(manifest: Manifest, folder: Path) -> Manifest:
    """Run the graph; add the golden embedding and, where a batch goes wrong, a limit of one.

    Parameters
    ----------
    manifest
        Without a golden embedding.
    folder
        Where the graph lies, under the manifest's name for it.

    Raises
    ------
    IntegrityError
        The graph's shapes are others, or what it gives is not finite or always the same.
    ProviderError
        The graph cannot be run.
    """
    network = Network(Bundle(manifest, folder))
    chips = _three_chips(manifest)
    alone = np.concatenate([network.raw(chips[row : row + 1]) for row in range(len(chips))])
    if np.abs(alone - alone[:1]).max() == 0:
        raise IntegrityError(
            "the network gives the same embedding for every chip",
            item=manifest.id,
            fix="Check that this is a face recognition model and its output the embedding",
        )
    if manifest.input.max_batch is None:
        try:
            together = network.raw(chips)
            error = np.abs(together - alone).max() / np.linalg.norm(alone, axis=1).max()
        except ProviderError:
            error = np.inf
        if not error <= _BATCH_TOLERANCE:
            spec = manifest.input.model_copy(update={"max_batch": 1})
            manifest = manifest.model_copy(update={"input": spec})
    return manifest.model_copy(update={"golden": make_golden(network)})


def _three_chips(manifest: Manifest) -> UInt8:
    chip = golden_chip(manifest.input.height_px, manifest.input.width_px)
    return np.stack([chip, chip[:, ::-1], 255 - chip])


def _dim(graph: bytes, output: str) -> int:
    shape = Session(graph).outputs[output]
    if len(shape) == 2 and isinstance(shape[1], int):
        return shape[1]
    raise BundleError(
        f"output {output!r}: expected (N, D), got {shape}",
        item="the ONNX graph",
        fix="Name the output that is the embedding (output_name=, --output-name), or export the "
        "model with a fixed embedding size",
    )
