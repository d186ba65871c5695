from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from facemetric.bundle import (
    Calibration,
    open_bundle,
    pack_bundle,
    save_calibration,
    verify_bundle,
)
from facemetric.embed import Embedder
from facemetric.errors import BundleError, DataError, InputError, IntegrityError
from facemetric.training.export import Exported, export_bundle, export_graph
from facemetric.training.warm_start import read_weights, warm_start
from facemetric.types import UInt8


def test_the_bundle_gives_the_networks_embeddings(
    exported: Exported, network: nn.Module, chips: UInt8
) -> None:
    assert exported.difference <= 1e-4
    came = Embedder(exported.bundle, flip=False).embed(chips[:7])
    normalised = (torch.from_numpy(chips[:7]).permute(0, 3, 1, 2).float() - 127.5) / 128.0
    raw = network.eval()(normalised)
    wanted = nn.functional.normalize(raw).detach().numpy()
    np.testing.assert_allclose(came, wanted, atol=1e-4)
    verify_bundle(exported.bundle)


def test_the_manifest_says_what_it_is(exported: Exported) -> None:
    manifest = open_bundle(exported.bundle.folder).manifest
    assert manifest.embedding.dim == 8
    assert manifest.input.mean == (127.5,) * 3 and manifest.input.scale == (128.0,) * 3
    assert manifest.input.max_batch is None
    assert manifest.golden is not None
    assert manifest.codes is not None
    assert manifest.results[0].high == 0.9
    assert json.loads((exported.bundle.folder / "recipe.json").read_text()) == {"seed": 3}


def test_the_weights_lie_beside(
    exported: Exported, network: nn.Module, make_network: Callable[[int], nn.Module]
) -> None:
    other = make_network(1)
    warm_start(other, read_weights(exported.bundle.folder))
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, other.state_dict()[name]), name


def test_damaged_weights_are_noticed(exported: Exported, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(exported.bundle.folder, folder)
    weights = folder / "network.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(DataError, match="expected SHA-256"):
        read_weights(folder)


def test_an_archive_is_for_running(exported: Exported, tmp_path: Path) -> None:
    packed = open_bundle(pack_bundle(exported.bundle, tmp_path / "small.zip"))
    assert packed.manifest.checkpoint is None
    verify_bundle(packed)


def test_batch_norm_is_folded_and_no_paths_are_told(exported: Exported) -> None:
    model = onnx.load(exported.bundle.model_path())
    kinds = [node.op_type for node in model.graph.node]
    # The one in front of a padded convolution cannot be.
    assert kinds.count("BatchNormalization") <= 1
    assert "Dropout" not in kinds
    assert b".py" not in exported.bundle.model_path().read_bytes()


def test_training_goes_on_as_before(network: nn.Module, chips: UInt8) -> None:
    network.train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    first = export_graph(network, chip_px=(24, 24))
    assert first == export_graph(network, chip_px=(24, 24))
    assert network.training
    assert all(parameter.requires_grad for parameter in network.parameters())
    assert all(torch.equal(before[name], now) for name, now in network.state_dict().items())


def test_a_difference_is_refused(
    network: nn.Module, chips: UInt8, terms: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(IntegrityError, match=r"torch and the ONNX graph differ by .* 5 chips"):
        export_bundle(network, tmp_path / "x", id="x", chips=chips[:5], tolerance=1e-12, **terms)
    assert not (tmp_path / "x").exists()


class Branching(nn.Module):
    """Looks at values, which no graph can."""

    def forward(self, chips: torch.Tensor) -> torch.Tensor:
        means = chips.mean((2, 3))
        return means if means.sum() > 0 else -means


def test_what_onnx_cannot_say(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="Branching: torch cannot write it as ONNX"):
        export_graph(Branching(), chip_px=(8, 8))


def test_wrong_arguments(
    network: nn.Module, chips: UInt8, terms: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="expected at least one chip"):
        export_bundle(network, tmp_path / "x", id="x", chips=chips[:0], **terms)
    with pytest.raises(InputError, match="id"):
        export_bundle(network, tmp_path / "x", id="Not An Id", chips=chips[:1], **terms)


def test_a_calibrated_copy_is_for_running(exported: Exported, tmp_path: Path) -> None:
    calibration = Calibration(data="noise", flip=True, people=2, points=())
    copied = save_calibration(exported.bundle, calibration, out=tmp_path / "copy")
    assert copied.manifest.checkpoint is None
    verify_bundle(copied)
