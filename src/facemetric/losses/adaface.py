"""AdaFace: a margin that depends on the quality of the picture, read from the feature's norm."""

from __future__ import annotations

import torch
from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses.margin import MARGINS
from facemetric.losses.margin_loss import margin_loss
from facemetric.losses.nsl import NSL
from facemetric.losses.shifted_cosine import check_angle, check_positive, shifted_cosine


def adaface_loss(
    embeddings: Tensor,
    labels: Tensor,
    centres: Tensor,
    *,
    norm_mean: float,
    norm_std: float,
    scale: float = 64.0,
    margin_rad: float = 0.4,
    concentration: float = 0.333,
) -> Tensor:
    """Return the mean loss with the target ``s (cos(theta + g_angle) - g_add)``.

    ``g_angle = -m z`` and ``g_add = m z + m``, where ``z`` is the feature's norm, standardised,
    times h, and clipped to [-1, 1]. No gradient passes ``z``.

    Parameters
    ----------
    embeddings, labels, centres
        ``(N, D)``, int64 ``(N,)`` in [0, C), ``(C, D)``; the first and last of any length.
    norm_mean, norm_std
        Of the norms of features; ``AdaFace`` keeps running ones.
    scale, margin_rad, concentration
        s, m, h.

    Notes
    -----
    AdaFace (Kim et al. 2022), section 3.3.
    """
    margin = AdaFace(scale=scale, margin_rad=margin_rad, concentration=concentration)
    margin.norm_mean.fill_(norm_mean)
    margin.norm_std.fill_(norm_std)
    return margin_loss(margin.eval().to(embeddings.device), embeddings, labels, centres).mean()


@MARGINS.register("adaface")
class AdaFace(NSL):
    """Good pictures (long features) get a margin on the cosine, bad ones (short) on the angle.

    The authors' code clips norms to [0.001, 100] before it standardises them; here they are free.
    It also clips ``theta + g_angle`` to [0, pi]: so here below 0, while the target goes on
    falling beyond pi (``shifted_cosine``).

    Parameters
    ----------
    scale, margin_rad
        s; m in [0, pi/2]: the largest angle, and half the largest cosine.
    concentration
        h > 0: the share of a standard deviation that one step of the norm counts.
    momentum
        In [0, 1): the share of the running mean and deviation of norms that a step keeps. They
        start at 20 and 100, as the authors' do.
    """

    norm_mean: Tensor
    norm_std: Tensor

    def __init__(
        self,
        *,
        scale: float = 64.0,
        margin_rad: float = 0.4,
        concentration: float = 0.333,
        momentum: float = 0.99,
    ) -> None:
        super().__init__(scale=scale)
        if not 0 <= momentum < 1:
            raise InputError(f"expected [0, 1), got {momentum}", item="momentum")
        self.margin_rad = check_angle(margin_rad)
        self.concentration = check_positive(concentration, item="concentration")
        self.momentum = momentum
        self.register_buffer("norm_mean", torch.tensor(20.0))
        self.register_buffer("norm_std", torch.tensor(100.0))

    def observe(self, target_cosines: Tensor, norms: Tensor) -> None:
        """Move the running mean and deviation of norms towards the batch's."""
        if len(norms) > 1:
            std, mean = torch.std_mean(norms)
            self.norm_mean.mul_(self.momentum).add_(mean * (1 - self.momentum))
            self.norm_std.mul_(self.momentum).add_(std * (1 - self.momentum))

    def target(self, cosines: Tensor, norms: Tensor) -> Tensor:
        """Return ``cos(theta + g_angle) - g_add``."""
        quality = (norms.detach() - self.norm_mean) / (self.norm_std + 1e-3) * self.concentration
        angle_rad = -self.margin_rad * quality.clamp(-1, 1)
        return shifted_cosine(cosines, angle_rad) - (self.margin_rad - angle_rad)
