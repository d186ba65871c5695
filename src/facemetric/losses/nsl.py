"""NSL: softmax over scaled cosines (CosFace's normalised softmax loss)."""

from __future__ import annotations

import math

from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses.margin import MARGINS, Margin
from facemetric.losses.margin_loss import margin_loss
from facemetric.losses.shifted_cosine import check_positive


def nsl_loss(embeddings: Tensor, labels: Tensor, centres: Tensor, *, scale: float = 64.0) -> Tensor:
    """Return the mean of ``-log( e^(s cos_y) / sum over j of e^(s cos_j) )``.

    Parameters
    ----------
    embeddings, labels, centres
        ``(N, D)``, int64 ``(N,)`` in [0, C), ``(C, D)``; the first and last of any length.
    scale
        s, the length that every feature is given.

    Notes
    -----
    CosFace (Wang et al. 2018), equation 3. Every margin of 0 comes down to it.
    """
    return margin_loss(NSL(scale=scale), embeddings, labels, centres).mean()


def smallest_scale(classes: int, probability: float) -> float:
    """Return the scale below which perfect features cannot reach ``probability``.

    ``s >= (C - 1)/C ln( (C - 1) P / (1 - P) )``: CosFace, equation 6, for centres spread evenly.

    Examples
    --------
    >>> round(smallest_scale(10_000, 0.9), 1)
    11.4
    """
    if classes < 2 or not 0 < probability < 1:
        raise InputError(
            f"expected 2 classes or more and a probability in (0, 1), got {classes}, {probability}"
        )
    others = classes - 1
    return others / classes * math.log(others * probability / (1 - probability))


@MARGINS.register("nsl")
class NSL(Margin):
    """Features and centres normalised, cosines scaled by s; no margin.

    Parameters
    ----------
    scale
        s.
    """

    def __init__(self, *, scale: float = 64.0) -> None:
        super().__init__()
        self.s = check_positive(scale, item="scale")

    def scale(self, norms: Tensor) -> Tensor:
        """Return s for all rows."""
        return norms.new_full((), self.s)
