from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from facemetric.backbones import Norm
from facemetric.backbones.convolution import StridedDepthwise, convolution, halved, scaled


@given(channels=st.integers(1, 2048), width=st.floats(0.01, 4))
def test_widths_are_multiples_of_eight(channels: int, width: float) -> None:
    found = scaled(channels, width)
    assert scaled(channels, 1) == channels
    if width != 1:
        assert found % 8 == 0 and found >= 8
        assert abs(found - channels * width) <= 4 or found == 8


@given(height=st.integers(1, 300), width=st.integers(1, 300), times=st.integers(0, 5))
def test_halving_is_what_strided_layers_do(height: int, width: int, times: int) -> None:
    maps = torch.empty(1, 1, height, width, device="meta")
    for _ in range(times):
        maps = nn.MaxPool2d(3, 2, 1)(maps)
    assert halved((height, width), times) == tuple(maps.shape[2:])


@pytest.mark.parametrize("kernel", [1, 3, 7, (1, 3)])
def test_padding_keeps_the_size(kernel: int | tuple[int, int]) -> None:
    layer = convolution(3, 8, kernel, norm=Norm())
    assert layer(torch.randn(2, 3, 9, 8)).shape == (2, 8, 9, 8)
    assert layer[0].bias is None
    assert convolution(3, 8, kernel, norm=Norm("none"))[0].bias is not None


def test_a_strided_depthwise_convolution_is_a_plain_one() -> None:
    torch.manual_seed(0)
    layer = convolution(8, 8, 3, stride=2, groups=8, norm=Norm("none"))[0]
    assert isinstance(layer, StridedDepthwise)
    plain = nn.Conv2d(8, 8, 3, 2, 1, groups=8)
    plain.load_state_dict(layer.state_dict())
    images = torch.randn(2, 8, 7, 7)
    torch.testing.assert_close(layer(images), plain(images))
    with torch.autocast("cpu", torch.bfloat16):
        found = layer(images.bfloat16())
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found.float(), plain(images), rtol=0.05, atol=0.05)
    found.sum().backward()
    assert layer.weight.grad.dtype == torch.float32
