"""A small vision transformer for aligned faces.

A. Dosovitskiy et al., "An Image is Worth 16x16 Words" (2021), with the sizes of H. Touvron et
al., "Training data-efficient image transformers" (2021), patches of 8 pixels, and the mean of
the tokens in place of a class token.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from facemetric.backbones.architecture import BACKBONES, Architecture
from facemetric.backbones.backbone import Backbone
from facemetric.backbones.blocks import Blocks
from facemetric.backbones.initialisation import Closing
from facemetric.backbones.norm import Norm
from facemetric.errors import InputError

PATCH_PX = 8
HEAD = 64
POSITION_STD = 0.02


class Patches(nn.Module):
    """Cuts the picture into patches, embeds them, and adds where each one is."""

    def __init__(self, channels: int, *, count: int) -> None:
        super().__init__()
        self.embed = nn.Conv2d(3, channels, PATCH_PX, PATCH_PX)
        self.positions = nn.Parameter(torch.zeros(1, count, channels))

    def start(self, generator: torch.Generator | None) -> None:
        """Fill the positions anew."""
        nn.init.normal_(self.positions, std=POSITION_STD, generator=generator)

    def forward(self, images: Tensor) -> Tensor:
        """Return tokens ``(N, count, channels)``."""
        return self.embed(images).flatten(2).transpose(1, 2) + self.positions


class Attention(nn.Module):
    """Self-attention of heads of 64 channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.heads = channels // HEAD
        self.joint = nn.Linear(channels, 3 * channels)
        self.project = Closing(nn.Linear(channels, channels))

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens of the same shape."""
        count, length, channels = tokens.shape
        parts = self.joint(tokens).view(count, length, 3, self.heads, HEAD)
        queries, keys, values = parts.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(queries, keys, values)
        return self.project(mixed.transpose(1, 2).reshape(count, length, channels))


class PreNormBlock(nn.Module):
    """Attention and two dense layers, each after a layer norm and around a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.attention = nn.Sequential(nn.LayerNorm(channels), Attention(channels))
        self.dense = nn.Sequential(
            nn.LayerNorm(channels),
            nn.Linear(channels, 4 * channels),
            nn.GELU(),
            Closing(nn.Linear(4 * channels, channels)),
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens of the same shape."""
        tokens = tokens + self.attention(tokens)
        return tokens + self.dense(tokens)


class MeanToken(nn.Module):
    """The mean over the tokens."""

    def forward(self, tokens: Tensor) -> Tensor:
        """Return ``(N, channels)`` of tokens ``(N, count, channels)``."""
        return tokens.mean(dim=1)


def vit(
    *,
    channels: int,
    depth: int,
    dim: int,
    size_px: tuple[int, int],
    width: float,
    norm: Norm,
    dropout: float,
    checkpointing: bool,
) -> Backbone:
    """Return a vision transformer; it always has layer norms.

    Parameters
    ----------
    channels, depth
        Length of a token and number of blocks.
    dim, size_px, dropout, checkpointing
        As of `build_backbone`.
    width
        Multiplies ``channels``, which are rounded to multiples of 64, a head's.
    norm
        Of the embedding only.

    Raises
    ------
    InputError
        The size is not a multiple of 8 pixels.
    """
    height, across = size_px
    if height % PATCH_PX or across % PATCH_PX:
        raise InputError(
            f"expected multiples of {PATCH_PX} pixels, got {height} x {across}", item="size_px"
        )
    channels = max(HEAD, round(channels * width / HEAD) * HEAD)
    patches = Patches(channels, count=(height // PATCH_PX) * (across // PATCH_PX))
    trunk = nn.Sequential(
        patches,
        Blocks(*(PreNormBlock(channels) for _ in range(depth)), checkpointing=checkpointing),
    )
    head = nn.Sequential(
        nn.LayerNorm(channels),
        MeanToken(),
        nn.Dropout(dropout),
        nn.Linear(channels, dim),
        norm.vectors(dim),
    )
    return Backbone(trunk, head, dim=dim, size_px=size_px)


for _name, _channels in (("vit-tiny", 192), ("vit-small", 384)):
    BACKBONES.add(
        _name,
        Architecture(
            vit,
            input_px=(112, 112),
            dim=512,
            min_px=16,
            shape={"channels": _channels, "depth": 12},
            paper="A. Dosovitskiy et al., ViT (2021); sizes of H. Touvron et al., DeiT (2021)",
            remark="patches of 8 pixels, mean of the tokens; always layer norms",
        ),
    )
