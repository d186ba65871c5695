"""LMCL: a margin on the cosine (CosFace)."""

from __future__ import annotations

from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses.margin import MARGINS
from facemetric.losses.margin_loss import margin_loss
from facemetric.losses.nsl import NSL


def lmcl_loss(
    embeddings: Tensor,
    labels: Tensor,
    centres: Tensor,
    *,
    scale: float = 64.0,
    margin: float = 0.35,
) -> Tensor:
    """Return the mean of ``-log( e^(s(cos_y - m)) / (e^(s(cos_y - m)) + sum of e^(s cos_j)) )``.

    Parameters
    ----------
    embeddings, labels, centres
        ``(N, D)``, int64 ``(N,)`` in [0, C), ``(C, D)``; the first and last of any length.
    scale, margin
        s; m in [0, 2], in cosines.

    Notes
    -----
    CosFace (Wang et al. 2018), equation 4; m of 0.35 was best there.
    """
    return margin_loss(LMCL(scale=scale, margin=margin), embeddings, labels, centres).mean()


@MARGINS.register("lmcl")
class LMCL(NSL):
    """The own class's cosine must exceed the others' by ``margin``.

    Parameters
    ----------
    scale, margin
        s; m in [0, 2].
    """

    def __init__(self, *, scale: float = 64.0, margin: float = 0.35) -> None:
        super().__init__(scale=scale)
        if not 0 <= margin <= 2:
            raise InputError(f"expected a cosine in [0, 2], got {margin}", item="margin")
        self.margin = float(margin)

    def target(self, cosines: Tensor, norms: Tensor) -> Tensor:
        """Return ``cos - m``."""
        return cosines - self.margin
