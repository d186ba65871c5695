"""A-Softmax: the angle multiplied by an integer (SphereFace)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses.margin import MARGINS, Margin
from facemetric.losses.margin_loss import margin_loss


def a_softmax_loss(
    embeddings: Tensor,
    labels: Tensor,
    centres: Tensor,
    *,
    margin: int = 4,
    lambda_: float = 0.0,
) -> Tensor:
    """Return the mean of ``-log( e^(|x| t) / (e^(|x| t) + sum over j != y of e^(|x| cos_j)) )``.

    ``t = (lambda cos_y + psi(theta_y)) / (1 + lambda)``.

    Parameters
    ----------
    embeddings, labels, centres
        ``(N, D)``, int64 ``(N,)`` in [0, C), ``(C, D)`` of any length. The features keep theirs.
    margin
        m in 1 to 4; 1 is the modified softmax.
    lambda_
        0 or more: the weight of the plain cosine.

    Notes
    -----
    SphereFace (Liu et al. 2017), equation 7; lambda: its appendix on optimisation.
    """
    loss = ASoftmax(margin=margin, first_lambda=lambda_, last_lambda=lambda_)
    return margin_loss(loss, embeddings, labels, centres).mean()


def multiplied_angle(cosines: Tensor, margin: int) -> Tensor:
    """Return ``psi(theta) = (-1)^k cos(m theta) - 2k`` for theta in [k pi/m, (k + 1) pi/m].

    Falls from 1 at theta = 0 to 1 - 2m at pi. ``cos(m theta)`` is a polynomial of the cosine, so
    the slope is at most m^2, also at cosines of 1 and -1.

    Parameters
    ----------
    cosines
        Floating, any shape, in [-1, 1].
    margin
        m in 1 to 4.
    """
    squares = cosines * cosines
    if margin == 1:
        multiple = cosines
    elif margin == 2:
        multiple = 2 * squares - 1
    elif margin == 3:
        multiple = (4 * squares - 3) * cosines
    elif margin == 4:
        multiple = 8 * squares * (squares - 1) + 1
    else:
        raise InputError(f"expected 1, 2, 3 or 4, got {margin}", item="margin")
    turns = torch.zeros_like(cosines)
    for turn in range(1, margin):
        turns = turns + (cosines < math.cos(turn * math.pi / margin))
    return (1 - 2 * (turns % 2)) * multiple - 2 * turns


@MARGINS.register("a-softmax")
class ASoftmax(Margin):
    """Unit centres, features of any length, the own class's angle multiplied by ``margin``.

    The target is ``(lambda cos + psi) / (1 + lambda)`` with
    ``lambda = max(last_lambda, first_lambda / (1 + decay step))``: the authors' schedule, which
    reaches 5 at step 1,658. Without it the loss hardly starts to fall.

    Parameters
    ----------
    margin
        m in 1 to 4.
    first_lambda, last_lambda
        0 or more.
    decay
        How fast lambda falls, per optimiser step; 0 or more.
    """

    def __init__(
        self,
        *,
        margin: int = 4,
        first_lambda: float = 1000.0,
        last_lambda: float = 5.0,
        decay: float = 0.12,
    ) -> None:
        super().__init__()
        if margin not in (1, 2, 3, 4):
            raise InputError(f"expected 1, 2, 3 or 4, got {margin}", item="margin")
        if not 0 <= last_lambda <= first_lambda or not decay >= 0:
            raise InputError(
                "expected 0 <= last_lambda <= first_lambda and a decay of 0 or more, got "
                f"{last_lambda}, {first_lambda} and {decay}",
                item="a-softmax",
            )
        self.margin = margin
        self.first_lambda, self.last_lambda, self.decay = first_lambda, last_lambda, decay
        self.lambda_now = first_lambda

    def advance(self, step: int) -> None:
        """Set lambda to that of optimiser step ``step``."""
        self.lambda_now = max(self.last_lambda, self.first_lambda / (1 + self.decay * step))

    def scale(self, norms: Tensor) -> Tensor:
        """Return the features' own norms."""
        return norms

    def target(self, cosines: Tensor, norms: Tensor) -> Tensor:
        """Return ``(lambda cos + psi) / (1 + lambda)``."""
        psi = multiplied_angle(cosines, self.margin)
        return (self.lambda_now * cosines + psi) / (1 + self.lambda_now)
