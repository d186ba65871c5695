from __future__ import annotations

import torch
from torch import nn

from facemetric.backbones import build_backbone


def test_its_maps_are_those_of_the_papers_table() -> None:
    with torch.device("meta"):
        network = build_backbone("mobilefacenet")
        maps = torch.empty(1, 3, 112, 112)
        sizes = []
        for block in network.trunk:
            maps = block(maps)
            sizes.append((maps.shape[1], maps.shape[2]))
    assert sizes[:2] == [(64, 56), (64, 56)]
    assert sizes[2:7] == [(64, 28)] * 5
    assert sizes[7:14] == [(128, 14)] * 7
    assert sizes[14:] == [(128, 7)] * 3 + [(512, 7)]
    last = network.head[0][0]
    assert last.kernel_size == (7, 7) and last.groups == 512


def test_the_last_convolution_is_linear() -> None:
    network = build_backbone("mobilefacenet", size_px=(16, 16), width=0.125)
    assert not any(isinstance(one, nn.PReLU) for one in network.head.modules())
