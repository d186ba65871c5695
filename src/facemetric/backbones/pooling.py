"""Pooling that keeps the power of a neighbourhood, and normalisation over neighbour channels."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class PowerPool2d(nn.Module):
    """L2 pooling: the root of the mean square of 3×3 neighbours (FaceNet, section 3.3).

    Parameters
    ----------
    stride
        As of `torch.nn.AvgPool2d`.
    """

    EPSILON = 1e-6

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps, at stride 1 of the same size."""
        wide = maps.to(torch.promote_types(maps.dtype, torch.float32))  # squares overflow float16
        powers = F.avg_pool2d(wide.square(), 3, self.stride, 1)
        # Without the constant the gradient at zero is not finite.
        return (powers + self.EPSILON).sqrt().to(maps.dtype)


class LocalResponseNorm(nn.Module):
    """Divides each channel by the power of its five neighbours.

    A. Krizhevsky, I. Sutskever, G. Hinton (2012), section 3.3, with its constants. The sums are
    over slices, which keeps channels-last maps as they are.
    """

    OFFSET, SCALE, EXPONENT, REACH = 2.0, 1e-4, 0.75, 2

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of the same shape."""
        channels, reach = maps.shape[1], self.REACH
        wide = maps.to(torch.promote_types(maps.dtype, torch.float32))
        squares = F.pad(wide.square(), (0, 0, 0, 0, reach, reach))
        power = sum(squares[:, first : first + channels] for first in range(2 * reach + 1))
        return (wide / (self.OFFSET + self.SCALE * power) ** self.EXPONENT).to(maps.dtype)
