from __future__ import annotations

import torch
from torch import nn

from facemetric.backbones import build_backbone


def test_it_is_the_network_of_the_notes() -> None:
    with torch.device("meta"):
        network = build_backbone("resnet-18", dim=512)
        maps = [network.trunk[0](torch.empty(1, 3, 112, 112))]
        for block in network.trunk[1:]:
            maps.append(block(maps[-1]))
    # Every stage halves the map, the first too.
    assert [one.shape[-1] for one in maps] == [112, 56, 56, 28, 28, 14, 14, 7, 7]
    assert [one.shape[1] for one in maps] == [64, 64, 64, 128, 128, 256, 256, 512, 512]
    kinds = [type(one) for one in network.head]
    assert kinds[2:] == [nn.BatchNorm1d, nn.Dropout, nn.Linear, nn.BatchNorm1d]
    assert network.head[3].p == 0.2
