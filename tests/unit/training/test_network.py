"""The resize in front of the backbone, and unit embeddings."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from facemetric.training.network import EmbeddingNetwork, embed_chips, normalise_pixels


def chips(count: int = 3, size: int = 12) -> torch.Tensor:
    rng = np.random.default_rng(0)
    return torch.from_numpy(rng.integers(0, 256, (count, size, size, 3)).astype(np.uint8))


def test_pixels_become_the_field_s_usual_numbers() -> None:
    pixels = chips()
    values = normalise_pixels(pixels)
    assert values.shape == (3, 3, 12, 12)
    assert values.is_contiguous(memory_format=torch.channels_last)
    expected = (pixels.numpy().astype(np.float64) - 127.5) / 128
    np.testing.assert_allclose(values.numpy(), expected.transpose(0, 3, 1, 2), atol=1e-7)


def test_whole_factors_are_means_of_blocks() -> None:
    network = EmbeddingNetwork(nn.Identity(), chip_px=(12, 12), input_px=(6, 4))
    values = normalise_pixels(chips())
    expected = values.reshape(3, 3, 6, 2, 4, 3).mean((3, 5))
    torch.testing.assert_close(network(values), expected)


@pytest.mark.parametrize("size", [(12, 12), (7, 9), (24, 24), (14, 13)])
def test_any_size_keeps_a_plain_area_plain(size: tuple[int, int]) -> None:
    network = EmbeddingNetwork(nn.Identity(), chip_px=(12, 12), input_px=size)
    plain = torch.full((1, 3, 12, 12), 0.25)
    torch.testing.assert_close(network(plain), torch.full((1, 3, *size), 0.25))


def test_reducing_does_not_alias() -> None:
    network = EmbeddingNetwork(nn.Identity(), chip_px=(24, 24), input_px=(9, 9))
    checks = torch.zeros(1, 3, 24, 24)
    checks[..., ::2, 1::2] = checks[..., 1::2, ::2] = 1
    assert (network(checks) - 0.5).abs().max() < 0.1


def test_flip_adds_the_mirror_image() -> None:
    backbone = nn.Sequential(nn.Flatten(), nn.Linear(3 * 144, 5)).eval()
    network = EmbeddingNetwork(backbone, chip_px=(12, 12), input_px=(12, 12)).eval()
    pixels = chips()
    device = torch.device("cpu")
    raw = network(normalise_pixels(pixels)) + network(normalise_pixels(pixels.flip(2)))
    expected = raw / raw.norm(dim=1, keepdim=True)
    torch.testing.assert_close(embed_chips(network, pixels, flip=True, device=device), expected)
    plain = embed_chips(network, pixels, device=device)
    torch.testing.assert_close(plain.norm(dim=1), torch.ones(3))
    assert not torch.allclose(plain, expected)
