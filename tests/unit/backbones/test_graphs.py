"""One short network of each family, compiled whole and exported to ONNX."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from facemetric.backbones import (
    BACKBONES,
    Backbone,
    Norm,
    inception,
    inception_resnet,
    iresnet,
    mobilefacenet,
    resnet,
    sphereface,
    vit,
    zeiler_fergus,
)
from facemetric.backbones.inception import TABLE

SHORT: dict[Callable[..., Backbone], dict[str, object]] = {
    inception: {"table": TABLE[1:2], "dense": 64},
    inception_resnet: {"repeats": (1, 0, 0), "size_px": (75, 75)},
    iresnet: {"blocks": (1, 1, 1, 1)},
    mobilefacenet: {"stages": ((2, 64, 2, 2), (4, 128, 1, 2), (2, 128, 1, 2))},
    resnet: {"blocks": (1, 1, 1, 1)},
    sphereface: {"pairs": (0, 1, 0, 0)},
    vit: {"channels": 64, "depth": 1},
    zeiler_fergus: {},
}


def _short(build: Callable[..., Backbone]) -> Backbone:
    options = {"dim": 16, "size_px": (40, 32), "width": 0.125, "norm": Norm("batch")}
    torch.manual_seed(0)
    network = build(**{**options, "dropout": 0.0, "checkpointing": False, **SHORT[build]})
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.uniform_(module.running_var, 0.5, 1.5)
            nn.init.normal_(module.running_mean, std=0.1)
    return network


def test_every_family_is_here() -> None:
    assert {BACKBONES[name].build for name in BACKBONES} == set(SHORT)


@pytest.mark.parametrize("build", SHORT, ids=lambda build: build.__name__)
def test_a_family_compiles_whole(build: Callable[..., Backbone]) -> None:
    # The capture is what is tested; compilers of C++ may be missing.
    plain, network = _short(build), _short(build)
    torch.compiler.reset()
    compiled = torch.compile(network, backend="eager", fullgraph=True)
    images = torch.randn(4, 3, *network.input_px)
    found, expected = compiled(images), plain(images)
    torch.testing.assert_close(found, expected)
    found.square().sum().backward()
    expected.square().sum().backward()
    for one, other in zip(network.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-3, atol=1e-4)


def test_checkpointing_compiles_whole() -> None:
    plain, network = _short(sphereface), _short(sphereface)
    network.trunk.checkpointing = True
    torch.compiler.reset()
    compiled = torch.compile(network, backend="aot_eager", fullgraph=True)
    images = torch.randn(4, 3, *network.input_px)
    for one in (compiled, plain):
        one(images).square().sum().backward()
    for one, other in zip(network.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)
    torch.testing.assert_close(dict(network.named_buffers()), dict(plain.named_buffers()))


# A message of torch's own exporter about its own tree specifications.
@pytest.mark.filterwarnings("ignore:.*isinstance.treespec, LeafSpec:FutureWarning")
@pytest.mark.parametrize("build", SHORT, ids=lambda build: build.__name__)
def test_a_family_exports_with_any_batch(build: Callable[..., Backbone]) -> None:
    network = _short(build).eval()
    example = torch.randn(2, 3, *network.input_px)
    program = torch.onnx.export(
        network,
        (example,),
        dynamo=True,
        verbose=False,
        dynamic_shapes=({0: torch.export.Dim("images")},),
    )
    file = io.BytesIO()
    program.save(file)
    session = onnxruntime.InferenceSession(file.getvalue())
    (entry,) = session.get_inputs()
    for count in (1, 5):
        images = torch.randn(count, 3, *network.input_px)
        (found,) = session.run(None, {entry.name: images.numpy()})
        with torch.no_grad():
            expected = network(images).numpy()
        assert found.shape == (count, 16)
        np.testing.assert_allclose(found, expected, atol=1e-4 * max(1, np.abs(expected).max()))
