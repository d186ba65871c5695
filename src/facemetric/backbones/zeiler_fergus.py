"""NN1: the Zeiler-Fergus network with 1×1 convolutions between the layers.

F. Schroff, D. Kalenichenko, J. Philbin, "FaceNet: A Unified Embedding for Face Recognition and
Clustering" (2015), table 1.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from facemetric.backbones.architecture import BACKBONES, Architecture, Published
from facemetric.backbones.backbone import Backbone
from facemetric.backbones.blocks import Blocks
from facemetric.backbones.convolution import convolution, halved, scaled
from facemetric.backbones.norm import Norm
from facemetric.backbones.pooling import LocalResponseNorm

DENSE = 32 * 128


class Maxout(nn.Module):
    """A dense layer that keeps the larger of two sums (I. Goodfellow et al. 2013)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.sums = nn.Linear(inputs, 2 * outputs)

    def forward(self, features: Tensor) -> Tensor:
        """Return ``(N, outputs)``."""
        return torch.maximum(*self.sums(features).chunk(2, dim=1))


def zeiler_fergus(
    *,
    dim: int,
    size_px: tuple[int, int],
    width: float,
    norm: Norm,
    dropout: float,
    checkpointing: bool,
) -> Backbone:
    """Return NN1.

    Parameters
    ----------
    dim, size_px, width, norm, dropout, checkpointing
        As of `build_backbone`. ``norm="none"`` has the paper's local response norms; otherwise
        the normalisation after every convolution takes their place.
    """
    c64, c192, c256, c384 = (scaled(base, width) for base in (64, 192, 256, 384))

    def layer(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Sequential:
        return nn.Sequential(
            *convolution(inputs, outputs, kernel, stride=stride, norm=norm), nn.ReLU()
        )

    def response() -> list[nn.Module]:
        return [LocalResponseNorm()] if norm.absent else []

    blocks = [
        nn.Sequential(layer(3, c64, 7, stride=2), nn.MaxPool2d(3, 2, 1), *response()),
        nn.Sequential(layer(c64, c64, 1), layer(c64, c192, 3), *response(), nn.MaxPool2d(3, 2, 1)),
        nn.Sequential(layer(c192, c192, 1), layer(c192, c384, 3), nn.MaxPool2d(3, 2, 1)),
        nn.Sequential(layer(c384, c384, 1), layer(c384, c256, 3)),
        nn.Sequential(layer(c256, c256, 1), layer(c256, c256, 3)),
        nn.Sequential(layer(c256, c256, 1), layer(c256, c256, 3), nn.MaxPool2d(3, 2, 1)),
    ]
    height, across = halved(size_px, 5)
    dense = scaled(DENSE, width)
    head = nn.Sequential(
        nn.Flatten(),
        Maxout(c256 * height * across, dense),
        Maxout(dense, dense),
        nn.Dropout(dropout),
        nn.Linear(dense, dim),
    )
    return Backbone(Blocks(*blocks, checkpointing=checkpointing), head, dim=dim, size_px=size_px)


BACKBONES.add(
    "nn1",
    Architecture(
        zeiler_fergus,
        input_px=(220, 220),
        dim=128,
        min_px=32,
        paper="F. Schroff et al., FaceNet (2015), table 1",
        published=Published(140e6, 1.6e9, "the paper, table 1"),
        remark='the paper has local response norms: `norm="none"`',
    ),
)
