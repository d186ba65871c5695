"""Modified softmax: unit centres, no bias, features free (SphereFace)."""

from __future__ import annotations

from torch import Tensor

from facemetric.losses.margin import MARGINS, Margin
from facemetric.losses.margin_loss import margin_loss


def modified_softmax_loss(embeddings: Tensor, labels: Tensor, centres: Tensor) -> Tensor:
    """Return the mean of ``-log( e^(|x| cos_y) / sum over j of e^(|x| cos_j) )``.

    Parameters
    ----------
    embeddings, labels, centres
        ``(N, D)``, int64 ``(N,)`` in [0, C), ``(C, D)`` of any length.

    Notes
    -----
    SphereFace (Liu et al. 2017), equation 5. Some notes call it NSL; here that name is CosFace's,
    which normalises the features too.
    """
    return margin_loss(ModifiedSoftmax(), embeddings, labels, centres).mean()


@MARGINS.register("modified-softmax")
class ModifiedSoftmax(Margin):
    """Unit centres, no bias; the length of a feature still scales its logits."""

    unit_embeddings = False
