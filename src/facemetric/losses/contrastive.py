"""Contrastive loss."""

from __future__ import annotations

import torch
from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses.distance import squared_distances
from facemetric.losses.tuple_loss import TUPLE_LOSSES, TupleLoss, check_margin, check_tuples

_SMALLEST = 1e-12


def contrastive_loss(
    embeddings: Tensor, pairs: Tensor, same: Tensor, *, margin: float = 1.0
) -> Tensor:
    """Return the mean over pairs of ``d^2 / 2`` (same) and ``max(0, margin - d)^2 / 2`` (not).

    ``d`` is the Euclidean distance of the unit rows, in [0, 2]: 1 is an angle of 60 degrees.
    Hadsell, Chopra and LeCun, "Dimensionality reduction by learning an invariant mapping", 2006,
    equation 4, on the unit sphere and as a mean.

    Parameters
    ----------
    embeddings
        Float ``(N, D)``, raw.
    pairs
        int64 ``(P, 2)``: rows. None (P = 0) gives 0 with gradients of 0.
    same
        bool ``(P,)``: whether the two are one person.
    margin
        Distance up to which two people push each other away, in (0, 2].

    Returns
    -------
    Scalar, float32 at least.

    Raises
    ------
    InputError
        Pairs or ``same`` have another type or shape, or the margin is out of range.
    """
    check_margin(margin, largest=2.0)
    check_tuples(pairs, 2, name="pairs")
    if same.dtype != torch.bool or same.shape != pairs.shape[:1]:
        raise InputError(
            f"expected bool ({len(pairs)},), one for each pair, got {same.dtype} "
            f"{tuple(same.shape)}",
            item="same",
        )
    left, right = pairs.unbind(1)
    squared = squared_distances(embeddings)[left, right]
    # The root has no gradient at 0: clamped, two people at one point get 0 instead of NaN.
    distances = squared.clamp_min(_SMALLEST).sqrt()
    losses = torch.where(same, squared, (margin - distances).relu().square())
    return losses.sum() / (2 * max(len(pairs), 1))


@TUPLE_LOSSES.register("contrastive")
class Contrastive(TupleLoss):
    """:func:`contrastive_loss` over mined pairs. Needs ``pairs`` and ``same``.

    Parameters
    ----------
    margin
        Distance on the unit sphere, in (0, 2].
    """

    needs = ("pairs", "same")

    def __init__(self, *, margin: float = 1.0) -> None:
        super().__init__()
        check_margin(margin, largest=2.0)
        self.margin = margin

    def forward(self, embeddings: Tensor, *, pairs: Tensor, same: Tensor) -> Tensor:
        """Return the scalar loss."""
        return contrastive_loss(embeddings, pairs, same, margin=self.margin)
