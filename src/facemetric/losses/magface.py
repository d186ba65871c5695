"""MagFace: a margin that grows with the feature's length, which then tells quality."""

from __future__ import annotations

import math

from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses.margin import MARGINS
from facemetric.losses.margin_loss import margin_loss
from facemetric.losses.nsl import NSL
from facemetric.losses.shifted_cosine import shifted_cosine


def magface_loss(
    embeddings: Tensor,
    labels: Tensor,
    centres: Tensor,
    *,
    scale: float = 64.0,
    norms: tuple[float, float] = (10.0, 110.0),
    margins_rad: tuple[float, float] = (0.45, 0.8),
    penalty_weight: float = 35.0,
) -> Tensor:
    """Return the mean of ArcFace's loss with margin ``m(a)`` plus ``lambda g(a)``, ``a = |x|``.

    ``m(a)`` is the straight line from ``margins_rad[0]`` at ``norms[0]`` to ``margins_rad[1]`` at
    ``norms[1]``, and ``g(a) = 1/a + a/u^2`` with ``u = norms[1]``. ``a`` is clipped to ``norms``;
    within, gradients pass both.

    Parameters
    ----------
    embeddings, labels, centres
        ``(N, D)``, int64 ``(N,)`` in [0, C), ``(C, D)``; the first and last of any length.
    scale, norms, margins_rad, penalty_weight
        As for ``MagFace``.

    Notes
    -----
    MagFace (Meng et al. 2021), section 3.2; the margin's and the penalty's form as in its code.
    """
    margin = MagFace(
        scale=scale, norms=norms, margins_rad=margins_rad, penalty_weight=penalty_weight
    )
    return margin_loss(margin, embeddings, labels, centres).mean()


@MARGINS.register("magface")
class MagFace(NSL):
    """The margin grows with the feature's norm; a penalty pays for long features.

    Parameters
    ----------
    scale
        s.
    norms
        l_a and u_a: norms are clipped to them, as in the authors' code.
    margins_rad
        l_m and u_m in [0, pi/2]: the margins there.
    penalty_weight
        lambda_g, 0 or more.
    """

    def __init__(
        self,
        *,
        scale: float = 64.0,
        norms: tuple[float, float] = (10.0, 110.0),
        margins_rad: tuple[float, float] = (0.45, 0.8),
        penalty_weight: float = 35.0,
    ) -> None:
        super().__init__(scale=scale)
        if not 0 < norms[0] < norms[1] < math.inf:
            raise InputError(f"expected two rising positive numbers, got {norms}", item="norms")
        if not 0 <= margins_rad[0] <= margins_rad[1] <= math.pi / 2:
            raise InputError(
                f"expected two rising angles in [0, pi/2], got {margins_rad}", item="margins_rad"
            )
        if not 0 <= penalty_weight < math.inf:
            raise InputError(f"expected 0 or more, got {penalty_weight}", item="penalty_weight")
        self.norms = (float(norms[0]), float(norms[1]))
        self.margins_rad = (float(margins_rad[0]), float(margins_rad[1]))
        self.penalty_weight = penalty_weight

    def target(self, cosines: Tensor, norms: Tensor) -> Tensor:
        """Return ``cos(theta + m(a))``."""
        (short, long), (small, large) = self.norms, self.margins_rad
        share = (norms.clamp(short, long) - short) / (long - short)
        return shifted_cosine(cosines, small + share * (large - small))

    def penalty(self, norms: Tensor) -> Tensor:
        """Return ``lambda g(a)``."""
        lengths = norms.clamp(*self.norms)
        return self.penalty_weight * (1 / lengths + lengths / self.norms[1] ** 2)
