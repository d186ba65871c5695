from __future__ import annotations

import pytest
import torch

from facemetric.backbones import build_backbone
from facemetric.backbones.vit import Attention
from facemetric.errors import InputError


def test_attention_is_the_plain_formula() -> None:
    torch.manual_seed(0)
    layer = Attention(128).double()
    torch.nn.init.normal_(layer.project[0].weight)
    tokens = torch.randn(2, 5, 128, dtype=torch.float64)
    queries, keys, values = layer.joint(tokens).split(128, dim=-1)
    mixed = []
    for head in range(2):
        part = slice(64 * head, 64 * head + 64)
        scores = queries[..., part] @ keys[..., part].transpose(1, 2) / 8
        mixed.append(scores.softmax(-1) @ values[..., part])
    torch.testing.assert_close(layer(tokens), layer.project(torch.cat(mixed, -1)))


def test_positions_tell_patches_apart() -> None:
    network = build_backbone("vit-tiny", size_px=(16, 16), width=0.3, norm="none")
    for block in network.trunk[1]:
        torch.nn.init.normal_(block.dense[-1][-1].weight, std=0.5)
    images = torch.randn(1, 3, 16, 16)
    assert not torch.allclose(network(images), network(images.roll(8, 2)), atol=1e-4)


def test_widths_are_whole_heads() -> None:
    network = build_backbone("vit-small", size_px=(16, 16), width=0.1)
    assert network.head[0].normalized_shape == (64,)


def test_a_broken_patch_is_an_error() -> None:
    with pytest.raises(InputError, match="expected multiples of 8 pixels, got 112 x 100"):
        build_backbone("vit-tiny", size_px=(112, 100))
