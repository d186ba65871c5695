"""ResNet-18 as the first notes of the project use it: for pictures of 112 pixels.

K. He et al., "Deep Residual Learning for Image Recognition" (2015), without the first pooling:
a 7×7 convolution of stride 1, then four stages that each halve the map.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from facemetric.backbones.architecture import BACKBONES, Architecture
from facemetric.backbones.backbone import Backbone
from facemetric.backbones.blocks import Blocks
from facemetric.backbones.convolution import convolution, scaled
from facemetric.backbones.initialisation import Closing
from facemetric.backbones.norm import Norm

STAGES = (64, 128, 256, 512)


class BasicBlock(nn.Module):
    """Two 3×3 convolutions and a shortcut."""

    def __init__(self, inputs: int, outputs: int, *, stride: int, norm: Norm) -> None:
        super().__init__()
        self.first = convolution(inputs, outputs, 3, stride=stride, norm=norm)
        self.second = Closing(*convolution(outputs, outputs, 3, norm=norm))
        same = stride == 1 and inputs == outputs
        self.shortcut = (
            nn.Identity() if same else convolution(inputs, outputs, 1, stride=stride, norm=norm)
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of ``outputs`` channels."""
        branch = self.second(torch.relu(self.first(maps)))
        return torch.relu(branch + self.shortcut(maps))


def resnet(
    *,
    blocks: Sequence[int],
    dim: int,
    size_px: tuple[int, int],
    width: float,
    norm: Norm,
    dropout: float,
    checkpointing: bool,
) -> Backbone:
    """Return a ResNet of basic blocks.

    Parameters
    ----------
    blocks
        Blocks of each of the four stages.
    dim, size_px, width, norm, dropout, checkpointing
        As of `build_backbone`.
    """
    before = scaled(STAGES[0], width)
    layers: list[nn.Module] = [nn.Sequential(*convolution(3, before, 7, norm=norm), nn.ReLU())]
    for base, count in zip(STAGES, blocks, strict=True):
        channels = scaled(base, width)
        for number in range(count):
            stride = 1 if number else 2
            layers.append(BasicBlock(before, channels, stride=stride, norm=norm))
            before = channels
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        norm.vectors(before),
        nn.Dropout(dropout),
        nn.Linear(before, dim),
        norm.vectors(dim),
    )
    return Backbone(Blocks(*layers, checkpointing=checkpointing), head, dim=dim, size_px=size_px)


BACKBONES.add(
    "resnet-18",
    Architecture(
        resnet,
        input_px=(112, 112),
        dim=512,
        min_px=16,
        shape={"blocks": (2, 2, 2, 2)},
        dropout=0.2,
        paper="K. He et al., Deep Residual Learning (2015); the project's first notes",
        remark="7×7 of stride 1, no first pooling; batch norm around the dense layer",
    ),
)
