from __future__ import annotations

import pytest
import torch
from torch import nn

from facemetric.backbones import build_backbone


@pytest.mark.parametrize(("name", "blocks"), [(18, 8), (34, 16), (50, 24), (100, 49), (200, 98)])
def test_its_depth_is_that_of_its_name(name: int, blocks: int) -> None:
    with torch.device("meta"):
        network = build_backbone(f"iresnet-{name}", dim=512)
    threes = [
        one for one in network.modules() if isinstance(one, nn.Conv2d) and one.kernel_size == (3, 3)
    ]
    assert len(threes) == 2 * blocks + 1
    kinds = [type(one).__name__ for one in network.head]
    assert kinds == ["BatchNorm2d", "Dropout", "Flatten", "Linear", "BatchNorm1d"]
    assert network.head[3].in_features == 512 * 7 * 7
