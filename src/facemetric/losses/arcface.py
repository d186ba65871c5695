"""ArcFace: a margin on the angle."""

from __future__ import annotations

import torch
from torch import Tensor

from facemetric.losses.margin import MARGINS
from facemetric.losses.margin_loss import margin_loss
from facemetric.losses.nsl import NSL
from facemetric.losses.shifted_cosine import check_angle, shifted_cosine


def arcface_loss(
    embeddings: Tensor,
    labels: Tensor,
    centres: Tensor,
    *,
    scale: float = 64.0,
    margin_rad: float = 0.5,
    easy_margin: bool = False,
) -> Tensor:
    """Return the mean of ``-log( e^t / (e^t + sum of e^(s cos_j)) )``, ``t = s cos(theta_y + m)``.

    Parameters
    ----------
    embeddings, labels, centres
        ``(N, D)``, int64 ``(N,)`` in [0, C), ``(C, D)``; the first and last of any length.
    scale, margin_rad, easy_margin
        As for ``ArcFace``.

    Notes
    -----
    ArcFace (Deng et al. 2019), equation 3.
    """
    margin = ArcFace(scale=scale, margin_rad=margin_rad, easy_margin=easy_margin)
    return margin_loss(margin, embeddings, labels, centres).mean()


@MARGINS.register("arcface")
class ArcFace(NSL):
    """The own class's angle is counted ``margin_rad`` larger than it is.

    Where angle and margin exceed pi together, the target goes on as a straight line in the
    cosine, without a step (``shifted_cosine``).

    Parameters
    ----------
    scale, margin_rad
        s; m in [0, pi/2] radians.
    easy_margin
        Leave angles above 90 degrees as they are, as the authors' code can. The target then jumps
        up by sin(m) at 90 degrees: it falls with the angle on each side only.
    """

    def __init__(
        self, *, scale: float = 64.0, margin_rad: float = 0.5, easy_margin: bool = False
    ) -> None:
        super().__init__(scale=scale)
        self.margin_rad = check_angle(margin_rad)
        self.easy_margin = easy_margin

    def target(self, cosines: Tensor, norms: Tensor) -> Tensor:
        """Return ``cos(theta + m)``."""
        shifted = shifted_cosine(cosines, self.margin_rad)
        return torch.where(cosines > 0, shifted, cosines) if self.easy_margin else shifted
