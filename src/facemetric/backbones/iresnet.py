"""The "improved" ResNet that ArcFace uses.

J. Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face Recognition" (2019),
section 3.1; D. Han, J. Kim, J. Kim, "Deep Pyramidal Residual Networks" (2017) for the block.
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

STAGES = (64, 128, 256, 512)


class ImprovedBlock(nn.Module):
    """Norm, 3×3, norm, PReLU, 3×3 with the stride, norm; and a shortcut with no rectifier."""

    def __init__(self, inputs: int, outputs: int, *, stride: int, norm: Norm) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            norm.maps(inputs),
            *convolution(inputs, outputs, 3, norm=norm),
            PReLU(outputs),
            Closing(*convolution(outputs, outputs, 3, stride=stride, norm=norm)),
        )
        same = stride == 1 and inputs == outputs
        self.shortcut = (
            nn.Identity() if same else convolution(inputs, outputs, 1, stride=stride, norm=norm)
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of ``outputs`` channels."""
        return self.branch(maps) + self.shortcut(maps)


def iresnet(
    *,
    blocks: Sequence[int],
    dim: int,
    size_px: tuple[int, int],
    width: float,
    norm: Norm,
    dropout: float,
    checkpointing: bool,
) -> Backbone:
    """Return an improved ResNet with the head norm, dropout, dense, norm.

    Parameters
    ----------
    blocks
        Blocks of each of the four stages.
    dim, size_px, width, norm, dropout, checkpointing
        As of `build_backbone`.
    """
    before = scaled(STAGES[0], width)
    layers: list[nn.Module] = [nn.Sequential(*convolution(3, before, 3, norm=norm), PReLU(before))]
    for base, count in zip(STAGES, blocks, strict=True):
        channels = scaled(base, width)
        for number in range(count):
            stride = 1 if number else 2
            layers.append(ImprovedBlock(before, channels, stride=stride, norm=norm))
            before = channels
    height, across = halved(size_px, len(STAGES))
    head = nn.Sequential(
        norm.maps(before),
        nn.Dropout(dropout),
        nn.Flatten(),
        nn.Linear(before * height * across, dim),
        norm.vectors(dim),
    )
    return Backbone(Blocks(*layers, checkpointing=checkpointing), head, dim=dim, size_px=size_px)


_ZOO = "Open Model Zoo, arcface (its FLOPs halved)"
_INSIGHTFACE = "InsightFace's list of models (recalled, not looked up)"
for _layers, _blocks, _published in (
    (18, (2, 2, 2, 2), (24.03e6, 2.63e9, _INSIGHTFACE)),
    (34, (3, 4, 6, 3), (34.129e6, 4.467e9, _ZOO)),
    (50, (3, 4, 14, 3), (43.59e6, 6.33e9, _INSIGHTFACE)),
    (100, (3, 13, 30, 3), (65.132e6, 12.106e9, _ZOO)),
    (200, (6, 26, 60, 6), ()),
):
    BACKBONES.add(
        f"iresnet-{_layers}",
        Architecture(
            iresnet,
            input_px=(112, 112),
            dim=512,
            min_px=16,
            shape={"blocks": _blocks},
            paper="J. Deng et al., ArcFace (2019), section 3.1",
            published=Published(*_published),
        ),
    )
