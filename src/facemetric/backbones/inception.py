"""NN2, NN3, NN4, NNS1 and NNS2: FaceNet's Inception networks.

F. Schroff, D. Kalenichenko, J. Philbin, "FaceNet: A Unified Embedding for Face Recognition and
Clustering" (2015), table 2 and section 3.3; C. Szegedy et al., "Going Deeper with Convolutions"
(2014) for the module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from facemetric.backbones.architecture import BACKBONES, Architecture, Published
from facemetric.backbones.backbone import Backbone
from facemetric.backbones.blocks import Blocks
from facemetric.backbones.convolution import convolution, halved, scaled
from facemetric.backbones.norm import Norm
from facemetric.backbones.pooling import LocalResponseNorm, PowerPool2d


@dataclass(frozen=True)
class Widths:
    """Channels of a module's branches; 0 leaves a branch out.

    Parameters
    ----------
    one
        Of the 1×1 branch.
    three, five
        Of the 3×3 and 5×5 branches: the reduction before and the convolution.
    pool
        Of the projection after pooling; 0 passes the pooled maps on.
    power
        Whether pooling is L2 rather than maximum.
    stride
        Of the module.
    """

    one: int
    three: tuple[int, int]
    five: tuple[int, int]
    pool: int = 0
    power: bool = False
    stride: int = 1


TABLE = (
    Widths(64, (96, 128), (16, 32), 32),
    Widths(64, (96, 128), (32, 64), 64, power=True),
    Widths(0, (128, 256), (32, 64), stride=2),
    Widths(256, (96, 192), (32, 64), 128, power=True),
    Widths(224, (112, 224), (32, 64), 128, power=True),
    Widths(192, (128, 256), (32, 64), 128, power=True),
    Widths(160, (144, 288), (32, 64), 128, power=True),
    Widths(0, (160, 256), (64, 128), stride=2),
    Widths(384, (192, 384), (48, 128), 128, power=True),
    Widths(384, (192, 384), (48, 128), 128),
)
"""Table 2 of the paper from 3a to 5b."""


class Mixed(nn.Module):
    """Branches of several reaches, side by side."""

    def __init__(self, inputs: int, widths: Widths, *, width: float, norm: Norm) -> None:
        super().__init__()
        stride = widths.stride

        def layer(before: int, base: int, kernel: int, step: int = 1) -> nn.Sequential:
            return nn.Sequential(
                *convolution(before, scaled(base, width), kernel, stride=step, norm=norm),
                nn.ReLU(),
            )

        branches: list[nn.Module] = []
        outputs = 0
        if widths.one:
            branches.append(layer(inputs, widths.one, 1))
            outputs += scaled(widths.one, width)
        for kernel, (reduced, base) in ((3, widths.three), (5, widths.five)):
            if base:
                reduction = layer(inputs, reduced, 1)
                branches.append(
                    nn.Sequential(
                        reduction, layer(scaled(reduced, width), base, kernel, step=stride)
                    )
                )
                outputs += scaled(base, width)
        pool = PowerPool2d(stride) if widths.power else nn.MaxPool2d(3, stride, 1)
        branches.append(nn.Sequential(pool, layer(inputs, widths.pool, 1)) if widths.pool else pool)
        outputs += scaled(widths.pool, width) if widths.pool else inputs
        self.branches = nn.ModuleList(branches)
        self.outputs = outputs

    def forward(self, maps: Tensor) -> Tensor:
        """Return the branches' maps, concatenated."""
        return torch.cat([branch(maps) for branch in self.branches], dim=1)


def inception(
    *,
    table: Sequence[Widths],
    dim: int,
    size_px: tuple[int, int],
    width: float,
    norm: Norm,
    dropout: float,
    checkpointing: bool,
    stem: tuple[int, int] = (64, 192),
    share: float = 1.0,
    dense: int = 0,
) -> Backbone:
    """Return an Inception network.

    Parameters
    ----------
    table
        Modules from 3a on.
    dim, size_px, width, norm, dropout, checkpointing
        As of `build_backbone`. ``norm="none"`` has the paper's local response norms.
    stem
        Channels of the layers before 3a.
    share
        Multiplies all channels, as ``width`` does.
    dense
        Length of a hidden dense layer over the whole last map; 0 averages the map instead.
    """
    thin = share * width
    c64, c192 = (scaled(base, thin) for base in stem)
    response = [LocalResponseNorm()] if norm.absent else []
    blocks: list[nn.Module] = [
        nn.Sequential(
            convolution(3, c64, 7, stride=2, norm=norm),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, 1),
            *response,
        ),
        nn.Sequential(
            convolution(c64, c64, 1, norm=norm),
            nn.ReLU(),
            convolution(c64, c192, 3, norm=norm),
            nn.ReLU(),
            *response,
            nn.MaxPool2d(3, 2, 1),
        ),
    ]
    channels = c192
    for widths in table:
        module = Mixed(channels, widths, width=thin, norm=norm)
        blocks.append(module)
        channels = module.outputs
    if dense:
        height, across = halved(size_px, 3 + sum(one.stride == 2 for one in table))
        hidden = scaled(dense, width)
        end: list[nn.Module] = [
            nn.Flatten(),
            nn.Linear(channels * height * across, hidden, bias=norm.absent),
            norm.vectors(hidden),
            nn.ReLU(),
        ]
        channels = hidden
    else:
        end = [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    head = nn.Sequential(*end, nn.Dropout(dropout), nn.Linear(channels, dim))
    return Backbone(Blocks(*blocks, checkpointing=checkpointing), head, dim=dim, size_px=size_px)


_UPPER = (*TABLE[:-3], *(replace(one, five=(0, 0)) for one in TABLE[-3:]))
_NORMS = 'the paper has local response norms: `norm="none"`'
_DERIVED = (
    "the paper prints no table: NN2 thinned, with a hidden dense layer in place of the average"
    " pooling, chosen for the paper's two figures"
)
_NNS1 = {"table": TABLE, "stem": (48, 176), "share": 0.44, "dense": 1512}
_NNS2 = {"table": TABLE, "share": 0.145, "dense": 1376}
for _name, _input_px, _shape, _published, _remark in (
    ("nn2", (224, 224), {"table": TABLE}, (7.5e6, 1.6e9, "the paper, table 2"), _NORMS),
    ("nn3", (160, 160), {"table": TABLE}, (), "NN2 for smaller pictures"),
    (
        "nn4",
        (96, 96),
        {"table": _UPPER},
        (None, 285e6, "the paper, section 3.3"),
        "no 5×5 in 4e, 5a and 5b, which is where the paper's figure is met",
    ),
    ("nns1", (165, 165), _NNS1, (26e6, 220e6, "the paper, section 3.3"), _DERIVED),
    ("nns2", (140, 116), _NNS2, (4.3e6, 20e6, "the paper, section 3.3"), _DERIVED),
):
    BACKBONES.add(
        _name,
        Architecture(
            inception,
            input_px=_input_px,
            dim=128,
            min_px=32,
            shape=_shape,
            paper="F. Schroff et al., FaceNet (2015)",
            published=Published(*_published),
            remark=_remark,
        ),
    )
