from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from facemetric.backbones.pooling import LocalResponseNorm, PowerPool2d


@settings(deadline=None, max_examples=20)
@given(channels=st.integers(1, 9), side=st.integers(1, 5), seed=st.integers(0, 10**6))
def test_local_response_is_torchs(channels: int, side: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    maps = 100 * torch.randn(2, channels, side, side, generator=generator)
    # torch divides its constant by the number of neighbours.
    expected = F.local_response_norm(maps, 5, alpha=5e-4, beta=0.75, k=2.0)
    torch.testing.assert_close(LocalResponseNorm()(maps), expected)


def test_local_response_keeps_channels_last() -> None:
    maps = torch.randn(2, 8, 4, 4).contiguous(memory_format=torch.channels_last)
    assert LocalResponseNorm()(maps).is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("stride", [1, 2])
def test_power_is_the_root_of_the_mean_square(stride: int) -> None:
    generator = torch.Generator().manual_seed(0)
    maps = torch.randn(2, 3, 5, 4, dtype=torch.float64, generator=generator)
    found = PowerPool2d(stride)(maps)
    framed = F.pad(maps, (1, 1, 1, 1))
    for row in range(found.shape[2]):
        for column in range(found.shape[3]):
            top, left = row * stride, column * stride
            window = framed[:, :, top : top + 3, left : left + 3]
            expected = (window.square().sum((2, 3)) / 9 + PowerPool2d.EPSILON).sqrt()
            torch.testing.assert_close(found[:, :, row, column], expected)


def test_power_has_a_finite_gradient_at_zero_and_does_not_overflow() -> None:
    maps = torch.zeros(1, 2, 3, 3, requires_grad=True)
    PowerPool2d(1)(maps).sum().backward()
    assert torch.equal(maps.grad, torch.zeros_like(maps))
    large = torch.full((1, 1, 3, 3), 1000.0, dtype=torch.float16)
    assert PowerPool2d(1)(large)[0, 0, 1, 1] == 1000
