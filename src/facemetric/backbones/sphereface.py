"""SphereFace's networks of 4 to 64 layers.

W. Liu et al., "SphereFace: Deep Hypersphere Embedding for Face Recognition" (2017), table 2.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from facemetric.backbones.architecture import BACKBONES, Architecture
from facemetric.backbones.backbone import Backbone
from facemetric.backbones.blocks import Blocks
from facemetric.backbones.convolution import convolution, halved, scaled
from facemetric.backbones.initialisation import Closing
from facemetric.backbones.norm import Norm
from facemetric.backbones.prelu import PReLU

STAGES = (64, 128, 256, 512)


class Pair(nn.Module):
    """Two 3×3 convolutions with PReLU, added to their input."""

    def __init__(self, channels: int, *, norm: Norm) -> None:
        super().__init__()
        self.first = convolution(channels, channels, 3, norm=norm)
        self.first_slope = PReLU(channels)
        self.second = Closing(*convolution(channels, channels, 3, norm=norm))
        self.second_slope = PReLU(channels)

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of the same shape."""
        # The paper adds after the rectifier.
        branch = self.first_slope(self.first(maps))
        return maps + self.second_slope(self.second(branch))


def sphereface(
    *,
    pairs: Sequence[int],
    dim: int,
    size_px: tuple[int, int],
    width: float,
    norm: Norm,
    dropout: float,
    checkpointing: bool,
) -> Backbone:
    """Return a SphereFace network.

    Parameters
    ----------
    pairs
        Residual pairs of each of the four stages.
    dim, size_px, width, norm, dropout, checkpointing
        As of `build_backbone`. ``norm="none"`` is the paper's network.
    """
    blocks: list[nn.Module] = []
    before = 3
    for base, count in zip(STAGES, pairs, strict=True):
        channels = scaled(base, width)
        opening = convolution(before, channels, 3, stride=2, norm=norm)
        blocks.append(nn.Sequential(*opening, PReLU(channels)))
        blocks.extend(Pair(channels, norm=norm) for _ in range(count))
        before = channels
    height, across = halved(size_px, len(STAGES))
    head = nn.Sequential(
        nn.Flatten(), nn.Dropout(dropout), nn.Linear(before * height * across, dim)
    )
    return Backbone(Blocks(*blocks, checkpointing=checkpointing), head, dim=dim, size_px=size_px)


for _layers, _pairs in {
    4: (0, 0, 0, 0),
    10: (0, 1, 2, 0),
    20: (1, 2, 4, 1),
    36: (2, 4, 8, 2),
    64: (3, 8, 16, 3),
}.items():
    BACKBONES.add(
        f"sphereface-{_layers}",
        Architecture(
            sphereface,
            input_px=(112, 96),
            dim=512,
            min_px=16,
            shape={"pairs": _pairs},
            paper="W. Liu et al., SphereFace (2017), table 2",
            remark='the paper has no normalisation: `norm="none"`',
        ),
    )
