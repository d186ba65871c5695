from __future__ import annotations

import pytest
import torch
from torch import nn

from facemetric.backbones import build_backbone


@pytest.mark.parametrize("layers", [4, 10, 20, 36, 64])
def test_it_has_as_many_layers_as_its_name_says(layers: int) -> None:
    with torch.device("meta"):
        network = build_backbone(f"sphereface-{layers}")
    weighted = [one for one in network.modules() if isinstance(one, nn.Conv2d)]
    assert len(weighted) == layers
    rectifiers = [one for one in network.modules() if isinstance(one, nn.PReLU)]
    assert len(rectifiers) == layers
    assert network.head[-1].in_features == 512 * 7 * 6


def test_the_papers_network_has_no_normalisation() -> None:
    network = build_backbone("sphereface-10", size_px=(16, 16), width=0.125, norm="none")
    kinds = {type(one).__name__ for one in network.modules() if not list(one.children())}
    assert kinds == {"Conv2d", "PReLU", "Flatten", "Dropout", "Linear"}
