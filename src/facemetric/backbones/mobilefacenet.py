"""MobileFaceNet.

S. Chen, Y. Liu, X. Gao, Z. Han, "MobileFaceNets: Efficient CNNs for Accurate Real-Time Face
Verification on Mobile Devices" (2018), table 1.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from facemetric.backbones.architecture import BACKBONES, Architecture, Published
from facemetric.backbones.backbone import Backbone
from facemetric.backbones.blocks import Blocks
from facemetric.backbones.convolution import convolution, halved, scaled
from facemetric.backbones.initialisation import Closing
from facemetric.backbones.norm import Norm
from facemetric.backbones.prelu import PReLU

TABLE = ((2, 64, 5, 2), (4, 128, 1, 2), (2, 128, 6, 1), (4, 128, 1, 2), (2, 128, 2, 1))
"""The bottlenecks of the paper's table 1, as `mobilefacenet` takes them."""


class Bottleneck(nn.Module):
    """1×1 expansion, 3×3 depthwise, linear 1×1 projection; residual where shapes allow."""

    def __init__(
        self, inputs: int, outputs: int, *, expansion: int, stride: int, norm: Norm
    ) -> None:
        super().__init__()
        inner = inputs * expansion
        self.expand = nn.Sequential(*convolution(inputs, inner, 1, norm=norm), PReLU(inner))
        self.spread = nn.Sequential(
            *convolution(inner, inner, 3, stride=stride, groups=inner, norm=norm), PReLU(inner)
        )
        self.residual = stride == 1 and inputs == outputs
        project = convolution(inner, outputs, 1, norm=norm)
        self.project = Closing(*project) if self.residual else project

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of ``outputs`` channels."""
        branch = self.project(self.spread(self.expand(maps)))
        return maps + branch if self.residual else branch


def mobilefacenet(
    *,
    stages: Sequence[tuple[int, int, int, int]],
    dim: int,
    size_px: tuple[int, int],
    width: float,
    norm: Norm,
    dropout: float,
    checkpointing: bool,
) -> Backbone:
    """Return MobileFaceNet; its last depthwise convolution covers the whole map.

    Parameters
    ----------
    stages
        Expansion, channels, blocks and first stride of each; three of them halve the map.
    dim, size_px, width, norm, dropout, checkpointing
        As of `build_backbone`.
    """
    before = scaled(64, width)
    blocks: list[nn.Module] = [
        nn.Sequential(*convolution(3, before, 3, stride=2, norm=norm), PReLU(before)),
        nn.Sequential(*convolution(before, before, 3, groups=before, norm=norm), PReLU(before)),
    ]
    for expansion, base, count, first in stages:
        channels = scaled(base, width)
        for number in range(count):
            stride = 1 if number else first
            blocks.append(
                Bottleneck(before, channels, expansion=expansion, stride=stride, norm=norm)
            )
            before = channels
    last = scaled(512, width)
    blocks.append(nn.Sequential(*convolution(before, last, 1, norm=norm), PReLU(last)))
    whole = halved(size_px, 4)
    head = nn.Sequential(
        convolution(last, last, whole, padding=0, groups=last, norm=norm),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(last, dim, bias=norm.absent),
        norm.vectors(dim),
    )
    return Backbone(Blocks(*blocks, checkpointing=checkpointing), head, dim=dim, size_px=size_px)


BACKBONES.add(
    "mobilefacenet",
    Architecture(
        mobilefacenet,
        input_px=(112, 112),
        dim=128,
        min_px=16,
        shape={"stages": TABLE},
        paper="S. Chen et al., MobileFaceNets (2018), table 1",
        published=Published(0.99e6, 221e6, "the paper; J. Zhang, SeesawFaceNets (2019)"),
    ),
)
