from __future__ import annotations

from pathlib import Path

import onnx
import pytest

from facemetric.bundle import Bundle, verify_bundle
from facemetric.errors import InputError
from facemetric.training.export import Exported, quantise_bundle
from facemetric.types import UInt8


@pytest.fixture
def bundle(exported: Exported) -> Bundle:
    return exported.bundle


@pytest.mark.parametrize("ranges", ["min-max", "percentile"])
def test_eight_bits_stay_near(bundle: Bundle, chips: UInt8, tmp_path: Path, ranges: str) -> None:
    made = quantise_bundle(bundle, tmp_path / "int8", chips=chips, ranges=ranges)
    assert made.similarity_mean > 0.99
    assert made.held == 30
    manifest = made.bundle.manifest
    assert manifest.id == "small-int8"
    assert manifest.checkpoint is None and manifest.codes is not None
    assert "90 calibration chips" in manifest.provenance.recipe
    assert manifest.licence == bundle.manifest.licence
    verify_bundle(made.bundle)
    graph = onnx.load(made.bundle.model_path()).graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    quantised = [
        weights[name].data_type
        for node in graph.node
        if node.op_type == "DequantizeLinear"
        for name in node.input
        if name in weights and len(weights[name].dims) == 4
    ]
    assert quantised == [onnx.TensorProto.INT8] * 2


def test_too_few_chips(bundle: Bundle, chips: UInt8, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected at least 8, got 7"):
        quantise_bundle(bundle, tmp_path / "int8", chips=chips[:7])
