"""Triplet loss of FaceNet."""

from __future__ import annotations

from torch import Tensor

from facemetric.losses.distance import squared_distances
from facemetric.losses.tuple_loss import TUPLE_LOSSES, TupleLoss, check_margin, check_tuples


def triplet_loss(embeddings: Tensor, triplets: Tensor, *, margin: float = 0.2) -> Tensor:
    """Return the mean of ``max(0, |a - p|^2 - |a - n|^2 + margin)`` over triplets of unit rows.

    Schroff, Kalenichenko and Philbin, "FaceNet", 2015, equation 3; they sum, here it is the mean
    over all triplets, those with no loss included.

    Parameters
    ----------
    embeddings
        Float ``(N, D)``, raw.
    triplets
        int64 ``(T, 3)``: rows of the anchor, the positive and the negative. None (T = 0) gives 0
        with gradients of 0.
    margin
        Of squared distances, in (0, 4].

    Returns
    -------
    Scalar, float32 at least.

    Raises
    ------
    InputError
        The triplets are not int64 ``(T, 3)``, or the margin is out of range.
    """
    check_margin(margin, largest=4.0)
    check_tuples(triplets, 3, name="triplets")
    return mean_hinge(squared_distances(embeddings), triplets, margin)


def mean_hinge(distances: Tensor, triplets: Tensor, margin: float) -> Tensor:
    """Return the mean hinge over triplets of rows of the square matrix ``distances``."""
    anchors, positives, negatives = triplets.unbind(1)
    gaps = distances[anchors, positives] - distances[anchors, negatives]
    return (gaps + margin).relu().sum() / max(len(triplets), 1)


@TUPLE_LOSSES.register("triplet")
class Triplet(TupleLoss):
    """:func:`triplet_loss` over mined triplets. Needs ``triplets``.

    Parameters
    ----------
    margin
        Of squared distances, in (0, 4].
    """

    needs = ("triplets",)

    def __init__(self, *, margin: float = 0.2) -> None:
        super().__init__()
        check_margin(margin, largest=4.0)
        self.margin = margin

    def forward(self, embeddings: Tensor, *, triplets: Tensor) -> Tensor:
        """Return the scalar loss."""
        return triplet_loss(embeddings, triplets, margin=self.margin)
