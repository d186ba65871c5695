from __future__ import annotations

import torch

from facemetric.backbones import build_backbone
from facemetric.backbones.zeiler_fergus import Maxout


def test_nn1_is_the_papers_table() -> None:
    with torch.device("meta"):
        network = build_backbone("nn1", norm="none")
        maps = network.trunk(torch.empty(1, 3, 220, 220))
    assert maps.shape == (1, 256, 7, 7)
    weights = [one.numel() / 1e3 for one in network.parameters() if one.ndim > 1]
    printed = [9, 4, 111, 37, 664, 147, 885, 66, 590, 66, 590, 102_760, 33_554, 524]
    assert [round(one) for one in weights] == printed


def test_maxout_keeps_the_larger_sum() -> None:
    torch.manual_seed(0)
    layer = Maxout(3, 2)
    features = torch.randn(5, 3)
    sums = features @ layer.sums.weight.T + layer.sums.bias
    for row in range(5):
        for unit in range(2):
            assert layer(features)[row, unit] == max(sums[row, unit], sums[row, unit + 2])
