"""A small trained-looking network and chips for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from facemetric.bundle.manifest import Licence, Provenance, Result
from facemetric.training.export import Exported, export_bundle
from facemetric.types import UInt8


def small_network(seed: int = 0) -> nn.Sequential:
    """Return a network with every kind of layer that backbones have; statistics are not trivial."""
    torch.manual_seed(seed)
    network = nn.Sequential(
        nn.AvgPool2d(2),
        nn.Conv2d(3, 8, 3, 2, 1, bias=False),
        nn.BatchNorm2d(8),
        nn.PReLU(8),
        nn.BatchNorm2d(8),
        nn.Conv2d(8, 16, 3, 2, 1, groups=8, bias=False),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(144, 8),
        nn.BatchNorm1d(8),
    )
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.normal_(module.bias)
            nn.init.uniform_(module.weight, 0.5, 2)
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    return network


@pytest.fixture(scope="package")
def network() -> nn.Sequential:
    return small_network()


@pytest.fixture(scope="package")
def make_network() -> Callable[[int], nn.Module]:
    return small_network


@pytest.fixture(scope="package")
def chips() -> UInt8:
    """Blocks of colour with noise: smooth enough to look like pictures to a network."""
    rng = np.random.default_rng(0)
    blocks = rng.integers(0, 256, (120, 4, 4, 3)).repeat(6, axis=1).repeat(6, axis=2)
    return np.clip(blocks + rng.normal(0, 8, blocks.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="package")
def terms() -> dict[str, Any]:
    """What must be stated of every bundle."""
    return {
        "licence": Licence(spdx="LicenseRef-test", commercial_use=False, training_data="noise"),
        "provenance": Provenance(source="a test"),
    }


@pytest.fixture(scope="package")
def exported(
    network: nn.Module,
    chips: UInt8,
    terms: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Exported:
    """The network as a bundle; nothing may be changed in its folder."""
    folder = tmp_path_factory.mktemp("exported") / "small"
    results = [Result(protocol="lfw", metric="accuracy", value=0.8, low=0.7, high=0.9)]
    return export_bundle(
        network, folder, id="small", chips=chips, results=results, recipe={"seed": 3}, **terms
    )
