"""A bundle whose convolutions and products are computed in eight bits."""

from __future__ import annotations

import hashlib
import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from facemetric.bundle import Bundle, Network, preprocess, save_bundle
from facemetric.bundle.importing import tried
from facemetric.embed import Embedder
from facemetric.errors import BundleError, DependencyError, InputError
from facemetric.training.export.bundle import fitted_codes
from facemetric.types import UInt8

Ranges: TypeAlias = Literal["min-max", "percentile", "entropy"]

GOLDEN_TOLERANCE = 0.05
"""Processors without eight-bit dot products round otherwise; another network is still noticed."""

_AT_ONCE = 16
_QUANTISED = ["Conv", "Gemm", "MatMul"]


@dataclass(frozen=True, slots=True)
class Quantised:
    """A bundle in eight bits.

    Attributes
    ----------
    bundle
        Ready to use.
    similarity_mean, similarity_min
        Cosines between its embeddings and those of the original, over the chips that were kept
        back from calibration.
    held
        How many those are.
    bytes, bytes_before
        Sizes of the graphs.
    """

    bundle: Bundle
    similarity_mean: float
    similarity_min: float
    held: int
    bytes: int
    bytes_before: int


def quantise_bundle(
    bundle: Bundle,
    folder: str | Path,
    *,
    chips: UInt8,
    id: str | None = None,
    ranges: Ranges = "min-max",
    per_channel: bool = True,
    replace: bool = False,
) -> Quantised:
    """Write an eight-bit copy of a bundle.

    Weights are rounded to eight bits with a step for every channel, activations with one step a
    tensor, whose range is measured on real chips (static quantisation in ONNX Runtime's QDQ form).
    Thresholds and results are not copied: they are of another network now.

    Parameters
    ----------
    bundle
        With a graph in float32.
    folder
        The new bundle's.
    chips
        ``uint8 (N, H, W, 3)`` RGB, of the data that the network learnt from: the last quarter is
        kept back to compare on, the rest calibrates; at least 8. About 200 do.
    id
        Name; the bundle's with ``-int8`` where ``None``.
    ranges
        How an activation's range follows from the chips. ``"percentile"`` and ``"entropy"`` leave
        rare values out, and take longer.
    per_channel
        Whether every channel of a weight has its own step.
    replace
        Put it in the place of a bundle that is there.

    Raises
    ------
    InputError
        There are too few chips.
    BundleError
        ONNX Runtime cannot quantise the graph, or the folder is taken.
    IntegrityError
        The eight-bit graph gives nothing sensible.
    """
    if len(chips) < 8:
        raise InputError(
            f"expected at least 8, got {len(chips)}",
            item="chips",
            fix="Take about 200 of the training set",
        )
    kept = len(chips) - max(2, len(chips) // 4)
    before = bundle.model_path().read_bytes()
    graph = _quantised(bundle, chips[:kept], ranges=ranges, per_channel=per_channel)
    manifest = bundle.manifest
    name = f"{bundle.id}-int8"[:64] if id is None else id
    how = f"int8, QDQ, {ranges}, {kept} calibration chips"
    manifest = manifest.model_copy(
        update={
            "id": name,
            "description": f"{manifest.description} In eight bits.".strip(),
            "model": manifest.model.model_copy(
                update={"sha256": hashlib.sha256(graph).hexdigest()}
            ),
            "provenance": manifest.provenance.model_copy(
                update={"recipe": "; ".join(filter(None, (manifest.provenance.recipe, how)))}
            ),
            "results": (),
            "calibrations": (),
            "spreads": (),
            "codes": None,
            "golden": None,
            "checkpoint": None,
        }
    )
    with tempfile.TemporaryDirectory(prefix="facemetric-") as scratch:
        (Path(scratch) / manifest.model.file).write_bytes(graph)
        manifest = tried(manifest, Path(scratch))
        assert manifest.golden is not None
        golden = manifest.golden.model_copy(update={"tolerance": GOLDEN_TOLERANCE})
        made = Bundle(manifest, Path(scratch))
        update = {"golden": golden, "codes": fitted_codes(made, chips)}
        manifest = manifest.model_copy(update=update)
        similarities = agreement(bundle, made, chips[kept:])
    saved = save_bundle(folder, manifest, graph, replace=replace)
    return Quantised(
        bundle=saved,
        similarity_mean=float(similarities.mean()),
        similarity_min=float(similarities.min()),
        held=len(similarities),
        bytes=len(graph),
        bytes_before=len(before),
    )


def agreement(first: Bundle, second: Bundle, chips: UInt8) -> np.ndarray:
    """Return the cosine between two bundles' embeddings of each chip, without flip averaging."""
    one, other = (Embedder(bundle, flip=False).embed(chips) for bundle in (first, second))
    cosines: np.ndarray = (one.astype(np.float64) * other).sum(axis=1)
    return cosines


def _quantised(bundle: Bundle, chips: UInt8, *, ranges: Ranges, per_channel: bool) -> bytes:
    try:
        from onnxruntime import quantization
        from onnxruntime.quantization.shape_inference import quant_pre_process
    except ImportError as error:
        raise DependencyError(
            "quantising needs onnxruntime and onnx",
            item="onnxruntime",
            fix='Install them with: pip install "facemetric[cpu,train]"',
        ) from error
    methods = quantization.CalibrationMethod
    chosen = {
        "min-max": methods.MinMax,
        "percentile": methods.Percentile,
        "entropy": methods.Entropy,
    }
    kinds = quantization.QuantType
    Network(bundle)  # says what is wrong with the graph before the work
    with tempfile.TemporaryDirectory(prefix="facemetric-") as scratch, _quiet():
        prepared, target = Path(scratch) / "prepared.onnx", Path(scratch) / "int8.onnx"
        try:
            quant_pre_process(bundle.model_path(), prepared, skip_symbolic_shape=True)
            quantization.quantize_static(
                prepared,
                target,
                _reader(bundle, chips),
                quant_format=quantization.QuantFormat.QDQ,
                op_types_to_quantize=_QUANTISED,
                per_channel=per_channel,
                activation_type=kinds.QUInt8,
                weight_type=kinds.QInt8,
                calibrate_method=chosen[ranges],
            )
        except Exception as error:  # onnxruntime raises plain ValueErrors and its own classes
            raise BundleError(
                f"ONNX Runtime cannot quantise it: {error}",
                item=bundle.id,
                fix="Use the float32 bundle",
            ) from error
        return target.read_bytes()


def _reader(bundle: Bundle, chips: UInt8) -> Any:
    """Return what feeds chips to the calibration, in small batches."""
    from onnxruntime.quantization import CalibrationDataReader

    step = min(_AT_ONCE, len(chips))

    class Reader(CalibrationDataReader):
        def __init__(self) -> None:
            # Batches of one size: histograms of ranges are stacked.
            whole = len(chips) - len(chips) % step
            self.starts = iter(range(0, whole, step))

        def get_next(self) -> dict[str, np.ndarray] | None:
            start = next(self.starts, None)
            if start is None:
                return None
            values = preprocess(chips[start : start + step], bundle.manifest.input)
            return {bundle.manifest.model.input: values}

    return Reader()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep back advice about steps that were taken already."""
    logger = logging.getLogger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
