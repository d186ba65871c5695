"""The normalisation that a backbone's layers use."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import nn

from facemetric.backbones.virtual_batch_norm import VirtualBatchNorm1d, VirtualBatchNorm2d
from facemetric.errors import InputError
from facemetric.registry import suggest

NORMS = ("batch", "group", "none", "virtual")
"""What ``norm=`` may be."""


@dataclass(frozen=True)
class Norm:
    """Makes the normalisation layers of one network.

    Parameters
    ----------
    kind
        ``"batch"``; ``"virtual"``: batch norm over fixed groups of ``virtual_batch`` samples,
        independent of how many processes share the batch; ``"group"``: group norm over 16
        channels (Wu and He 2018), independent of the batch; ``"none"``.
    virtual_batch
        Samples that ``"virtual"`` normalises together.

    Raises
    ------
    InputError
        The kind is none of these.
    """

    kind: str = "batch"
    virtual_batch: int = 32

    def __post_init__(self) -> None:
        if self.kind not in NORMS:
            raise InputError(
                f"no such normalisation: {self.kind!r}", item="norm", fix=suggest(self.kind, NORMS)
            )

    @property
    def absent(self) -> bool:
        """Whether layers go without, so that convolutions need a bias of their own."""
        return self.kind == "none"

    def maps(self, channels: int) -> nn.Module:
        """Return a layer for feature maps ``(N, channels, H, W)``."""
        if self.kind == "batch":
            return nn.BatchNorm2d(channels)
        if self.kind == "virtual":
            return VirtualBatchNorm2d(channels, virtual_batch=self.virtual_batch)
        if self.kind == "group":
            size = math.gcd(channels, 16)
            return nn.GroupNorm(channels // size if size >= 8 else 1, channels)
        return nn.Identity()

    def vectors(self, features: int) -> nn.Module:
        """Return a layer for vectors ``(N, features)``.

        Group norm leaves vectors as they are: it would fix the embedding's length, which losses
        such as MagFace read.
        """
        if self.kind == "batch":
            return nn.BatchNorm1d(features)
        if self.kind == "virtual":
            return VirtualBatchNorm1d(features, virtual_batch=self.virtual_batch)
        return nn.Identity()
