"""Softmax cross-entropy over free weights, features and biases."""

from __future__ import annotations

from torch import Tensor

from facemetric.losses.margin import MARGINS, Margin
from facemetric.losses.margin_loss import margin_loss


def softmax_loss(
    embeddings: Tensor, labels: Tensor, centres: Tensor, *, bias: Tensor | None = None
) -> Tensor:
    """Return the mean of ``-log( e^(x.w_y + b_y) / sum over j of e^(x.w_j + b_j) )``.

    Parameters
    ----------
    embeddings, labels, centres
        ``(N, D)``, int64 ``(N,)`` in [0, C), ``(C, D)``. Nothing is normalised.
    bias
        ``(C,)`` or None.

    Notes
    -----
    ArcFace (Deng et al. 2019), equation 1.
    """
    return margin_loss(Softmax(), embeddings, labels, centres, bias=bias).mean()


@MARGINS.register("softmax")
class Softmax(Margin):
    """No margin and nothing normalised: the baseline of all the papers."""

    unit_embeddings = False
    unit_centres = False
    bias = True
