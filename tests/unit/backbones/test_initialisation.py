from __future__ import annotations

import pytest
import torch
from torch import nn

from facemetric.backbones import build_backbone
from facemetric.backbones.initialisation import Closing, initialise


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("name", ["sphereface-10", "vit-tiny", "iresnet-18"])
def test_a_generator_decides_the_weights(name: str) -> None:
    options = {"size_px": (16, 16), "width": 0.25}
    torch.manual_seed(0)
    one = build_backbone(name, generator=_generator(0), **options).state_dict()
    torch.manual_seed(1)
    same = build_backbone(name, generator=_generator(0), **options).state_dict()
    other = build_backbone(name, generator=_generator(1), **options).state_dict()
    assert all(torch.equal(one[key], same[key]) for key in one)
    assert any(not torch.equal(one[key], other[key]) for key in one)


def test_variances_are_hes() -> None:
    rectified = nn.Sequential(nn.Conv2d(64, 64, 3), nn.PReLU(64))
    depthwise = nn.Conv2d(512, 512, 7, groups=512)
    dense = nn.Linear(400, 300)
    initialise(nn.ModuleList([rectified, depthwise, dense]), generator=_generator(0))
    slope = 1 + 0.25**2
    assert rectified[0].weight.var().item() == pytest.approx(2 / slope / 576, rel=0.05)
    assert depthwise.weight.var().item() == pytest.approx(2 / slope / 49, rel=0.05)
    assert dense.weight.var().item() == pytest.approx(1 / 400, rel=0.05)
    assert not rectified[0].bias.any() and not dense.bias.any()


@pytest.mark.parametrize("norm", ["batch", "none"])
def test_residual_branches_start_at_zero(norm: str) -> None:
    network = build_backbone("iresnet-18", size_px=(16, 16), width=0.125, norm=norm)
    closings = [one for one in network.modules() if isinstance(one, Closing)]
    assert len(closings) == 8
    images = torch.randn(2, 8, 4, 4)
    block = network.trunk[2]  # the first without a stride
    torch.testing.assert_close(block(images), images)
    assert not any(closing[-1].weight.any() for closing in closings)


@pytest.mark.parametrize("name", ["iresnet-50", "sphereface-64", "nn1", "inception-resnet-v1"])
@pytest.mark.parametrize("norm", ["batch", "none"])
def test_signals_neither_vanish_nor_explode(name: str, norm: str) -> None:
    size_px = (96, 80)
    network = build_backbone(
        name, size_px=size_px, width=0.25, norm=norm, dropout=0.0, generator=_generator(0)
    )
    images = torch.randn(8, 3, *size_px, generator=_generator(1))
    with torch.no_grad():
        spread = network(images).std()
    assert 0.03 < spread < 30
