"""CurricularFace: hard negatives count more as training goes on."""

from __future__ import annotations

import torch
from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses.margin import MARGINS
from facemetric.losses.margin_loss import margin_loss
from facemetric.losses.nsl import NSL
from facemetric.losses.shifted_cosine import check_angle, shifted_cosine


def curricularface_loss(
    embeddings: Tensor,
    labels: Tensor,
    centres: Tensor,
    *,
    progress: float,
    scale: float = 64.0,
    margin_rad: float = 0.5,
) -> Tensor:
    """Return ArcFace's mean loss with ``cos_j (t + cos_j)`` for negatives above the target.

    Parameters
    ----------
    embeddings, labels, centres
        ``(N, D)``, int64 ``(N,)`` in [0, C), ``(C, D)``; the first and last of any length.
    progress
        t; ``CurricularFace`` keeps a running one.
    scale, margin_rad
        s, m.

    Notes
    -----
    CurricularFace (Huang et al. 2020), section 3: the negatives' N(t, cos_j), and t by equation 9.
    """
    margin = CurricularFace(scale=scale, margin_rad=margin_rad)
    margin.progress.fill_(progress)
    return margin_loss(margin.eval().to(embeddings.device), embeddings, labels, centres).mean()


@MARGINS.register("curricularface")
class CurricularFace(NSL):
    """ArcFace whose hard negatives, those above ``cos(theta_y + m)``, are re-weighted.

    Their cosine is multiplied by ``t + cos_j``: below 1 early, when ``t`` is near 0, and above it
    late. ``t`` follows the mean cosine of the own class.

    Parameters
    ----------
    scale, margin_rad
        s; m in [0, pi/2] radians.
    momentum
        In [0, 1): the share of t that a step keeps. 0.99 as in the authors' code; the paper's
        equation 9 reads as if that were the share of the new value.
    """

    changes_others = True
    progress: Tensor

    def __init__(
        self, *, scale: float = 64.0, margin_rad: float = 0.5, momentum: float = 0.99
    ) -> None:
        super().__init__(scale=scale)
        if not 0 <= momentum < 1:
            raise InputError(f"expected [0, 1), got {momentum}", item="momentum")
        self.margin_rad = check_angle(margin_rad)
        self.momentum = momentum
        self.register_buffer("progress", torch.tensor(0.0))

    def observe(self, target_cosines: Tensor, norms: Tensor) -> None:
        """Move t towards the batch's mean cosine of the own class."""
        self.progress.mul_(self.momentum).add_(target_cosines.mean() * (1 - self.momentum))

    def target(self, cosines: Tensor, norms: Tensor) -> Tensor:
        """Return ``cos(theta + m)``."""
        return shifted_cosine(cosines, self.margin_rad)

    def others(self, cosines: Tensor, target_cosines: Tensor) -> tuple[Tensor, Tensor]:
        """Return ``cos (t + cos)`` where the cosine exceeds the target, else the cosine."""
        easy = cosines <= target_cosines[:, None]
        progress = self.progress.to(cosines.dtype)
        factors = (cosines + progress).masked_fill_(easy, 1.0)
        slopes = torch.add(progress, cosines, alpha=2).masked_fill_(easy, 1.0)
        return factors.mul_(cosines), slopes
