"""The whole network: chips in, raw embeddings out."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

PIXEL_MEAN, PIXEL_SCALE = 127.5, 128.0
"""``x = (pixel - mean) / scale`` for every channel, as SphereFace, CosFace and ArcFace do it."""


def normalise_pixels(pixels: Tensor) -> Tensor:
    """Return ``float32 (N, 3, H, W)``, channels last in memory, of ``uint8 (N, H, W, 3)`` RGB."""
    return pixels.permute(0, 3, 1, 2).float().sub_(PIXEL_MEAN).div_(PIXEL_SCALE)


class EmbeddingNetwork(nn.Module):
    """A backbone behind a resize, so that one pack of chips serves every input size.

    The resize belongs to the network: it is exported with it, and what was trained is what runs.
    Where the chip is a whole multiple of the input in both directions it is a mean over blocks,
    otherwise bilinear with antialiasing.

    Parameters
    ----------
    backbone
        From `facemetric.backbones.build_backbone`, for ``input_px``.
    chip_px
        Height and width of the chips.
    input_px
        Height and width that the backbone takes.
    """

    def __init__(
        self, backbone: nn.Module, *, chip_px: tuple[int, int], input_px: tuple[int, int]
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.chip_px = chip_px
        self.input_px = input_px
        down, across = chip_px[0] / input_px[0], chip_px[1] / input_px[1]
        whole = down.is_integer() and across.is_integer()
        self._block = (int(down), int(across)) if whole else None

    def forward(self, chips: Tensor) -> Tensor:
        """Return raw embeddings ``(N, D)`` of normalised chips ``(N, 3, H, W)``."""
        return self.backbone(self.resize(chips))

    def resize(self, chips: Tensor) -> Tensor:
        """Return ``(N, 3, *input_px)``."""
        if self._block == (1, 1):
            return chips
        if self._block is not None:
            return functional.avg_pool2d(chips, self._block)
        return functional.interpolate(chips, self.input_px, mode="bilinear", antialias=True)


@torch.inference_mode()
def embed_chips(
    network: nn.Module, pixels: Tensor, *, flip: bool = False, device: torch.device
) -> Tensor:
    """Return unit embeddings ``float32 (N, D)`` of ``uint8 (N, H, W, 3)`` RGB chips.

    The network must be in evaluation mode. With ``flip`` the raw embeddings of a chip and of its
    mirror image are added first, as `facemetric.embed` does.
    """
    chips = normalise_pixels(pixels.to(device))
    raw = network(chips).float()
    if flip:
        raw = raw + network(chips.flip(3)).float()
    return functional.normalize(raw)
