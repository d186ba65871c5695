"""Convolutions with their normalisation, and the arithmetic of their sizes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from facemetric.backbones.norm import Norm


def scaled(channels: int, width: float) -> int:
    """Return ``channels * width``, rounded to a multiple of 8, at least 8.

    A width of 1 leaves the number as it is.
    """
    return channels if width == 1 else max(8, round(channels * width / 8) * 8)


def halved(size_px: tuple[int, int], times: int) -> tuple[int, int]:
    """Return the map's size after so many padded layers of stride 2: each rounds up."""
    height, width = size_px
    for _ in range(times):
        height, width = -(-height // 2), -(-width // 2)
    return height, width


def convolution(
    inputs: int,
    outputs: int,
    kernel: int | tuple[int, int],
    *,
    norm: Norm,
    stride: int = 1,
    padding: int | tuple[int, int] | None = None,
    groups: int = 1,
) -> nn.Sequential:
    """Return a convolution and its normalisation; it has a bias where there is none.

    Parameters
    ----------
    inputs, outputs
        Channels.
    kernel
        Side in pixels, or (height, width).
    norm
        Makes the normalisation.
    stride, groups
        As of `torch.nn.Conv2d`.
    padding
        Pixels; None keeps the size of the map (at stride 1).
    """
    if padding is None:
        sides = (kernel, kernel) if isinstance(kernel, int) else kernel
        padding = (sides[0] // 2, sides[1] // 2)
    strided_depthwise = groups == inputs and stride > 1
    layer = (StridedDepthwise if strided_depthwise else nn.Conv2d)(
        inputs, outputs, kernel, stride, padding, groups=groups, bias=norm.absent
    )
    return nn.Sequential(layer) if norm.absent else nn.Sequential(layer, norm.maps(outputs))


class StridedDepthwise(nn.Conv2d):
    """A depthwise convolution with a stride, trained in float32 on a CPU.

    In bfloat16 the gradient of its input has no quick kernel there and takes forty times as long.
    """

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the convolved maps, of the type of ``inputs``."""
        plain = inputs.device.type != "cpu" or not torch.is_grad_enabled()
        if plain or torch.compiler.is_compiling() or not torch.is_autocast_enabled("cpu"):
            return super().forward(inputs)
        with torch.autocast("cpu", enabled=False):
            return super().forward(inputs.float()).to(inputs.dtype)
