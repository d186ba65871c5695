from __future__ import annotations

import pytest
import torch
from torch import nn

from facemetric.backbones import build_backbone

# The parameters that the paper's table 2 prints for 3a to 5b, in thousands.
PRINTED = (164, 228, 398, 545, 595, 654, 722, 717, 1600, 1600)


def test_nn2_is_the_papers_table() -> None:
    with torch.device("meta"):
        network = build_backbone("nn2", norm="none")
        maps = torch.empty(1, 3, 224, 224)
        shapes, weights = [], []
        for block in network.trunk:
            maps = block(maps)
            shapes.append(tuple(maps.shape[1:3]))
            weights.append(sum(one.numel() for one in block.parameters() if one.ndim > 1))
    assert shapes == [
        *((64, 56), (192, 28), (256, 28), (320, 28), (640, 14), (640, 14), (640, 14)),
        *((640, 14), (640, 14), (1024, 7), (1024, 7), (1024, 7)),
    ]
    for found, printed in zip(weights[2:], PRINTED, strict=True):
        assert found / 1e3 == pytest.approx(printed, rel=0.04)


def test_nn4_has_no_five_in_its_upper_layers() -> None:
    with torch.device("meta"):
        network = build_backbone("nn4")
    fives = [
        any(isinstance(one, nn.Conv2d) and one.kernel_size == (5, 5) for one in block.modules())
        for block in network.trunk
    ]
    assert fives == [False] * 2 + [True] * 7 + [False] * 3
