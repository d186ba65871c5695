"""From a trained network to a model bundle."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from facemetric.bundle import Bundle, Network, save_bundle
from facemetric.bundle.importing import tried
from facemetric.bundle.manifest import (
    Alignment,
    Checkpoint,
    Codes,
    Comparable,
    Embedding,
    Input,
    Licence,
    Manifest,
    ModelFile,
    Provenance,
    Result,
)
from facemetric.bundle.manifest_file import check_values
from facemetric.embed import Embedder
from facemetric.errors import IntegrityError
from facemetric.index.codec import MIN_FIT_EMBEDDINGS, Codec
from facemetric.training.export.graph import INPUT, OUTPUT, evaluated, export_graph
from facemetric.training.export.parity import TOLERANCE, unit_difference
from facemetric.types import UInt8


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle that was made of a network.

    Attributes
    ----------
    bundle
        Ready to use.
    difference
        Largest difference between a value of torch's and of the bundle's unit embeddings.
    """

    bundle: Bundle
    difference: float


def export_bundle(
    network: nn.Module,
    folder: str | Path,
    *,
    id: str,
    chips: UInt8,
    licence: Licence,
    provenance: Provenance,
    template: str = "arcface-112",
    mean: float = 127.5,
    scale: float = 128.0,
    description: str = "",
    results: Sequence[Result] = (),
    recipe: Mapping[str, Any] | None = None,
    comparable_with: Sequence[Comparable] = (),
    tolerance: float = TOLERANCE,
    replace: bool = False,
) -> Exported:
    """Write a network as a bundle, with its weights and its recipe beside the graph.

    Parameters
    ----------
    network
        Takes normalised chips ``float32 (N, 3, H, W)`` and gives embeddings ``(N, D)``.
    folder
        The bundle's.
    id
        Its name.
    chips
        ``uint8 (N, H, W, 3)`` RGB of the template: torch and the graph are compared on them. From
        100 of different people on, the ranges of one-byte codes are fitted to them too.
    licence
        Who may use the weights for what; nothing is assumed.
    provenance
        Where they come from.
    template
        How the chips were cut.
    mean, scale
        ``x = (pixel - mean) / scale`` for every channel.
    description
        One sentence.
    results
        Measured figures.
    recipe
        The resolved recipe, kept as ``recipe.json``.
    comparable_with
        Bundles whose embeddings this network's were trained to be compared with.
    tolerance
        Largest difference of a value of the unit embeddings that is accepted.
    replace
        Put it in the place of a bundle that is there.

    Raises
    ------
    InputError
        There are no chips, or the id cannot be one.
    IntegrityError
        Torch and the graph differ by more than ``tolerance``, or the graph is broken.
    BundleError
        torch cannot write the network as ONNX, or the folder is taken.
    """
    height_px, width_px = chips.shape[1:3]
    graph = export_graph(network, chip_px=(height_px, width_px))
    weights = network_bytes(network)
    values: dict[str, Any] = {
        "id": id,
        "description": description,
        "model": ModelFile(sha256=_sha256(graph), input=INPUT, output=OUTPUT),
        "input": Input(
            height_px=height_px,
            width_px=width_px,
            mean=(mean, mean, mean),
            scale=(scale, scale, scale),
        ),
        "alignment": Alignment(template=template),
        "embedding": Embedding(dim=output_dim(graph), comparable_with=tuple(comparable_with)),
        "licence": licence,
        "provenance": provenance,
        "results": tuple(results),
        "checkpoint": Checkpoint(sha256=_sha256(weights)),
    }
    manifest = check_values(Manifest, values, item="id")
    with tempfile.TemporaryDirectory(prefix="facemetric-") as scratch:
        (Path(scratch) / manifest.model.file).write_bytes(graph)
        manifest = tried(manifest, Path(scratch))
        tried_bundle = Bundle(manifest, Path(scratch))
        difference = unit_difference(network, Network(tried_bundle), chips)
        if not difference <= tolerance:
            raise IntegrityError(
                f"torch and the ONNX graph differ by {difference:.2g} on {len(chips)} chips, at "
                f"most {tolerance:.2g} is allowed",
                item=id,
                fix="Look for operators that depend on the batch or on training mode",
            )
        manifest = manifest.model_copy(update={"codes": fitted_codes(tried_bundle, chips)})
    beside = {
        "network.safetensors": weights,
        "recipe.json": (json.dumps(recipe or {}, indent=2) + "\n").encode(),
    }
    bundle = save_bundle(folder, manifest, graph, beside=beside, replace=replace)
    return Exported(bundle, difference)


def network_bytes(network: nn.Module) -> bytes:
    """Return parameters and buffers as safetensors, to go on training with."""
    from safetensors.torch import save

    tensors = {
        name: tensor.detach().contiguous().clone()
        for name, tensor in evaluated(network).state_dict().items()
    }
    serialised: bytes = save(tensors, metadata={"format": "pt"})
    return serialised


def fitted_codes(bundle: Bundle, chips: UInt8) -> Codes | None:
    """Return ranges of one-byte codes; ``None`` where the chips are too few."""
    if len(chips) < MIN_FIT_EMBEDDINGS:
        return None
    embeddings = Embedder(bundle).embed(chips)
    return Codec.fit(np.asarray(embeddings)).to_codes()


def output_dim(graph: bytes) -> int:
    """Return the length of the embeddings that a graph gives."""
    from facemetric.runtime import Session

    shape = Session(graph).outputs[OUTPUT]
    if len(shape) == 2 and isinstance(shape[1], int):
        return shape[1]
    raise IntegrityError(
        f"expected embeddings (N, D), the graph gives {shape}",
        item="the ONNX graph",
        fix="Let the network end in a layer of fixed size",
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
