"""The three margins in one formula (ArcFace's combined margin)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses.margin import MARGINS
from facemetric.losses.margin_loss import margin_loss
from facemetric.losses.nsl import NSL
from facemetric.losses.shifted_cosine import check_angle, check_positive


def combined_loss(
    embeddings: Tensor,
    labels: Tensor,
    centres: Tensor,
    *,
    scale: float = 64.0,
    multiplier: float = 1.0,
    margin_rad: float = 0.3,
    margin: float = 0.2,
) -> Tensor:
    """Return the mean loss with the target ``s (cos(m1 theta + m2) - m3)``.

    Parameters
    ----------
    embeddings, labels, centres
        ``(N, D)``, int64 ``(N,)`` in [0, C), ``(C, D)``; the first and last of any length.
    scale, multiplier, margin_rad, margin
        s, m1, m2, m3: see ``Combined``.

    Notes
    -----
    ArcFace (Deng et al. 2019), equation 4.
    """
    loss = Combined(scale=scale, multiplier=multiplier, margin_rad=margin_rad, margin=margin)
    return margin_loss(loss, embeddings, labels, centres).mean()


@MARGINS.register("combined")
class Combined(NSL):
    """The margins of SphereFace (m1), ArcFace (m2) and CosFace (m3) together.

    Beyond pi, ``cos(phi)`` of ``phi = m1 theta + m2`` goes on as SphereFace's
    ``(-1)^k cos(phi) - 2k``, ``k = floor(phi / pi)``: it falls without a step. Where ``phi <= pi``
    m1 = 1 and m3 = 0 are ArcFace, and m1 = 1 and m2 = 0 are LMCL everywhere.

    Parameters
    ----------
    scale
        s.
    multiplier, margin_rad, margin
        m1 > 0, m2 in [0, pi/2] radians, m3 in [0, 2]. The default is one of the paper's best;
        another is 0.9, 0.4, 0.15.
    """

    def __init__(
        self,
        *,
        scale: float = 64.0,
        multiplier: float = 1.0,
        margin_rad: float = 0.3,
        margin: float = 0.2,
    ) -> None:
        super().__init__(scale=scale)
        if not 0 <= margin <= 2:
            raise InputError(f"expected a cosine in [0, 2], got {margin}", item="margin")
        self.multiplier = check_positive(multiplier, item="multiplier")
        self.margin_rad = check_angle(margin_rad)
        self.margin = float(margin)

    def target(self, cosines: Tensor, norms: Tensor) -> Tensor:
        """Return ``cos(m1 theta + m2) - m3``."""
        # Just inside [-1, 1], outside which arccos and its slope are not finite.
        bound = 1 - 4 * torch.finfo(cosines.dtype).eps
        angles = cosines.clamp(-bound, bound).acos() * self.multiplier + self.margin_rad
        turns = (angles.detach() / math.pi).floor()
        return (1 - 2 * (turns % 2)) * angles.cos() - 2 * turns - self.margin
