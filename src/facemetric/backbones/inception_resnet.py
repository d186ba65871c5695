"""Inception-ResNet v1.

C. Szegedy, S. Ioffe, V. Vanhoucke, A. Alemi, "Inception-v4, Inception-ResNet and the Impact of
Residual Connections on Learning" (2016), with the widths of D. Sandberg's FaceNet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import torch
from torch import Tensor, nn

from facemetric.backbones.architecture import BACKBONES, Architecture, Published
from facemetric.backbones.backbone import Backbone
from facemetric.backbones.blocks import Blocks
from facemetric.backbones.convolution import convolution, scaled
from facemetric.backbones.norm import Norm

Layer: TypeAlias = tuple[int, int | tuple[int, int]]
"""Channels and kernel."""


class _Family:
    """Makes layers of one width and one normalisation."""

    def __init__(self, *, width: float, norm: Norm) -> None:
        self.width = width
        self.norm = norm

    def unit(
        self,
        inputs: int,
        base: int,
        kernel: int | tuple[int, int],
        *,
        stride: int = 1,
        same: bool = False,
    ) -> nn.Sequential:
        padding = None if same else 0
        layers = convolution(
            inputs,
            scaled(base, self.width),
            kernel,
            stride=stride,
            padding=padding,
            norm=self.norm,
        )
        return nn.Sequential(*layers, nn.ReLU())

    def branch(self, inputs: int, layers: Sequence[Layer]) -> nn.Sequential:
        """Return padded layers of stride 1."""
        units = []
        for base, kernel in layers:
            units.append(self.unit(inputs, base, kernel, same=True))
            inputs = scaled(base, self.width)
        return nn.Sequential(*units)

    def narrowing(self, inputs: int, layers: Sequence[Layer]) -> nn.Sequential:
        """Return layers of which the last halves the map."""
        *before, (base, kernel) = layers
        start = self.branch(inputs, before)
        if before:
            inputs = scaled(before[-1][0], self.width)
        return nn.Sequential(*start, self.unit(inputs, base, kernel, stride=2))


class Residual(nn.Module):
    """Branches, concatenated and projected, added to the input in a small share."""

    def __init__(
        self,
        channels: int,
        branches: Sequence[Sequence[Layer]],
        *,
        family: _Family,
        share: float,
        rectified: bool = True,
    ) -> None:
        super().__init__()
        self.branches = nn.ModuleList(family.branch(channels, layers) for layers in branches)
        inner = sum(scaled(layers[-1][0], family.width) for layers in branches)
        self.project = nn.Conv2d(inner, channels, 1)
        self.share = share
        self.rectified = rectified

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of the same shape."""
        inner = torch.cat([branch(maps) for branch in self.branches], dim=1)
        maps = maps + self.share * self.project(inner)
        return torch.relu(maps) if self.rectified else maps


class Reduction(nn.Module):
    """Branches that halve the map, beside a maximum pooling."""

    def __init__(
        self, channels: int, branches: Sequence[Sequence[Layer]], *, family: _Family
    ) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            [*(family.narrowing(channels, layers) for layers in branches), nn.MaxPool2d(3, 2)]
        )
        self.outputs = channels + sum(scaled(one[-1][0], family.width) for one in branches)

    def forward(self, maps: Tensor) -> Tensor:
        """Return the branches' maps, concatenated."""
        return torch.cat([branch(maps) for branch in self.branches], dim=1)


def inception_resnet(
    *,
    repeats: tuple[int, int, int],
    dim: int,
    size_px: tuple[int, int],
    width: float,
    norm: Norm,
    dropout: float,
    checkpointing: bool,
) -> Backbone:
    """Return Inception-ResNet v1.

    Parameters
    ----------
    repeats
        Residual blocks of each of the three sizes of map, before the last one.
    dim, size_px, width, norm, dropout, checkpointing
        As of `build_backbone`.
    """
    family = _Family(width=width, norm=norm)
    c32, c64, c80, c192, c256 = (scaled(base, width) for base in (32, 64, 80, 192, 256))
    blocks: list[nn.Module] = [
        family.unit(3, 32, 3, stride=2),
        family.unit(c32, 32, 3),
        nn.Sequential(family.unit(c32, 64, 3, same=True), nn.MaxPool2d(3, 2)),
        family.unit(c64, 80, 1),
        family.unit(c80, 192, 3),
        family.unit(c192, 256, 3, stride=2),
    ]
    small: list[list[Layer]] = [[(32, 1)], [(32, 1), (32, 3)], [(32, 1), (32, 3), (32, 3)]]
    blocks += [Residual(c256, small, family=family, share=0.17) for _ in range(repeats[0])]
    first = Reduction(c256, [[(384, 3)], [(192, 1), (192, 3), (256, 3)]], family=family)
    middle: list[list[Layer]] = [[(128, 1)], [(128, 1), (128, (1, 7)), (128, (7, 1))]]
    blocks.append(first)
    blocks += [
        Residual(first.outputs, middle, family=family, share=0.10) for _ in range(repeats[1])
    ]
    second = Reduction(
        first.outputs,
        [[(256, 1), (384, 3)], [(256, 1), (256, 3)], [(256, 1), (256, 3), (256, 3)]],
        family=family,
    )
    channels = second.outputs
    large: list[list[Layer]] = [[(192, 1)], [(192, 1), (192, (1, 3)), (192, (3, 1))]]
    blocks.append(second)
    blocks += [Residual(channels, large, family=family, share=0.20) for _ in range(repeats[2])]
    blocks.append(Residual(channels, large, family=family, share=1.0, rectified=False))
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(channels, dim, bias=norm.absent),
        norm.vectors(dim),
    )
    return Backbone(Blocks(*blocks, checkpointing=checkpointing), head, dim=dim, size_px=size_px)


BACKBONES.add(
    "inception-resnet-v1",
    Architecture(
        inception_resnet,
        input_px=(160, 160),
        dim=512,
        min_px=75,
        shape={"repeats": (5, 10, 5)},
        dropout=0.2,
        paper="C. Szegedy et al., Inception-ResNet (2016); widths of D. Sandberg's FaceNet",
        published=Published(23.469e6, 1.423e9, "Open Model Zoo, facenet-20180408-102900"),
    ),
)
