"""Sub-centre ArcFace: several centres a class."""

from __future__ import annotations

from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses.arcface import ArcFace
from facemetric.losses.margin import MARGINS
from facemetric.losses.margin_loss import margin_loss


def sub_centre_arcface_loss(
    embeddings: Tensor,
    labels: Tensor,
    centres: Tensor,
    *,
    centres_per_class: int = 3,
    scale: float = 64.0,
    margin_rad: float = 0.5,
    easy_margin: bool = False,
) -> Tensor:
    """Return ArcFace's mean loss, a class's cosine being the largest of its centres'.

    Parameters
    ----------
    embeddings, labels
        ``(N, D)`` of any length, int64 ``(N,)`` in [0, C).
    centres
        ``(C * centres_per_class, D)`` of any length, the centres of a class one after another.
    centres_per_class
        K.
    scale, margin_rad, easy_margin
        As for ``ArcFace``.

    Notes
    -----
    Sub-center ArcFace (Deng et al. 2020), section 3.2: ``theta = arccos(max over k of W_jk x)``.
    """
    margin = SubCentreArcFace(
        centres_per_class=centres_per_class,
        scale=scale,
        margin_rad=margin_rad,
        easy_margin=easy_margin,
    )
    return margin_loss(margin, embeddings, labels, centres).mean()


@MARGINS.register("sub-centre-arcface")
class SubCentreArcFace(ArcFace):
    """ArcFace against the nearest of K centres a class, so that odd pictures may have their own.

    Parameters
    ----------
    centres_per_class
        K, 1 or more; 3 in the paper.
    scale, margin_rad, easy_margin
        As for ``ArcFace``.
    """

    def __init__(
        self,
        *,
        centres_per_class: int = 3,
        scale: float = 64.0,
        margin_rad: float = 0.5,
        easy_margin: bool = False,
    ) -> None:
        super().__init__(scale=scale, margin_rad=margin_rad, easy_margin=easy_margin)
        if centres_per_class < 1:
            raise InputError(
                f"expected 1 or more, got {centres_per_class}", item="centres_per_class"
            )
        self.centres_per_class = centres_per_class
