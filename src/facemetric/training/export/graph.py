"""A trained network as one ONNX graph."""

from __future__ import annotations

import copy
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from facemetric.errors import BundleError

OPSET = 18
INPUT, OUTPUT = "chips", "embeddings"


def export_graph(network: nn.Module, *, chip_px: tuple[int, int]) -> bytes:
    """Return a network as ONNX with a free number of chips, batch norm folded where it can be.

    Parameters
    ----------
    network
        Takes normalised chips ``float32 (N, 3, H, W)`` and gives embeddings ``(N, D)``. It is
        copied, not changed; the copy runs on the CPU, in float32 and in evaluation mode.
    chip_px
        Height and width.

    Returns
    -------
    bytes
        Weights inside; input ``chips``, output ``embeddings``; no paths of this machine.

    Raises
    ------
    BundleError
        torch cannot express the network as ONNX.
    """
    plain = evaluated(network)
    example = torch.zeros(2, 3, *chip_px)
    try:
        with _quiet():
            program = torch.onnx.export(
                plain,
                (example,),
                dynamo=True,
                opset_version=OPSET,
                input_names=[INPUT],
                output_names=[OUTPUT],
                dynamic_shapes=({0: torch.export.Dim("N")},),
                external_data=False,
                verbose=False,
            )
    except torch.onnx.OnnxExporterError as error:
        raise BundleError(
            f"torch cannot write it as ONNX: {_first_line(error)}",
            item=type(network).__name__,
            fix="Use operators that ONNX has, and no branch on the number of chips",
        ) from error
    model: Any = program.model_proto
    _forget_origins(model)
    serialised: bytes = model.SerializeToString(deterministic=True)
    return serialised


def evaluated(network: nn.Module) -> nn.Module:
    """Return a copy on the CPU, in float32 and evaluation mode, out of ``torch.compile``."""
    inner = getattr(network, "_orig_mod", network)
    plain: nn.Module = copy.deepcopy(inner).cpu().float().eval()
    return plain.requires_grad_(False)


def _forget_origins(model: Any) -> None:
    """Remove names of source files, which the exporter writes into every node."""
    graphs = [model.graph]
    while graphs:
        graph = graphs.pop()
        for part in (graph, *graph.node, *graph.initializer, *graph.value_info):
            del part.metadata_props[:]
            part.doc_string = ""
        for value in (*graph.input, *graph.output):
            del value.metadata_props[:]
            value.doc_string = ""
        for node in graph.node:
            graphs.extend(attribute.g for attribute in node.attribute if attribute.HasField("g"))
    del model.metadata_props[:]
    model.doc_string = ""


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep back what the exporter says about itself: nothing of it is about the network."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
