"""The network against the bundle's graph of the same architecture, written apart from it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnxruntime
import torch
from torch import nn

from facemetric.backbones import Backbone, build_backbone
from facemetric.bundle.inception_resnet import inception_resnet_graph

STEM = [f"conv2d_{name}" for name in ("1a", "2a", "2b", "3b", "4a", "4b")]
REPEATS = {"repeat_1": 5, "repeat_2": 10, "repeat_3": 5}


def _blocks() -> list[str]:
    """The names that facenet-pytorch gives the blocks of the trunk, in its order."""
    first, second, third = ([f"{name}.{n}" for n in range(k)] for name, k in REPEATS.items())
    return [*STEM, *first, "mixed_6a", *second, "mixed_7a", *third, "block8"]


def _units(network: Backbone) -> Iterator[tuple[str, nn.Sequential]]:
    """Yield every convolution with its batch norm, and facenet-pytorch's name of it."""
    for name, block in zip(_blocks(), network.trunk, strict=True):
        if name in STEM:
            yield name, block[0] if isinstance(block[0], nn.Sequential) else block
            continue
        for number, branch in enumerate(block.branches):
            if isinstance(branch, nn.MaxPool2d):
                continue
            for position, unit in enumerate(branch):
                alone = len(branch) == 1
                yield f"{name}.branch{number}" + ("" if alone else f".{position}"), unit


def _weights(network: Backbone) -> dict[str, torch.Tensor]:
    found = {}
    for name, unit in _units(network):
        found |= {f"{name}.conv.{key}": one for key, one in unit[0].state_dict().items()}
        found |= {f"{name}.bn.{key}": one for key, one in unit[1].state_dict().items()}
    for name, block in zip(_blocks(), network.trunk, strict=True):
        if hasattr(block, "project"):
            found |= {
                f"{name}.conv2d.{key}": one for key, one in block.project.state_dict().items()
            }
    dense, norm = network.head[-2:]
    found |= {f"last_linear.{key}": one for key, one in dense.state_dict().items()}
    return found | {f"last_bn.{key}": one for key, one in norm.state_dict().items()}


def test_it_is_the_graph_of_the_bundle() -> None:
    generator = torch.Generator().manual_seed(0)
    network = build_backbone("inception-resnet-v1", dim=64, generator=generator).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.eps = 1e-3  # as in the graph
            nn.init.uniform_(module.running_var, 0.5, 1.5, generator=generator)
            nn.init.uniform_(module.weight, 0.5, 1.5, generator=generator)
            nn.init.normal_(module.running_mean, std=0.1, generator=generator)
            nn.init.normal_(module.bias, std=0.1, generator=generator)
    weights = {key: one.numpy() for key, one in _weights(network).items()}
    assert sum(one.size for key, one in weights.items() if "running" not in key) >= 22e6
    graph, dim = inception_resnet_graph(weights, item="ours")
    assert dim == 64
    images = torch.randn(1, 3, 160, 160, generator=generator)
    (expected,) = onnxruntime.InferenceSession(graph).run(None, {"chips": images.numpy()})
    with torch.no_grad():
        found = network(images).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())
