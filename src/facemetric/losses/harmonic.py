"""Harmonic triplet loss: new embeddings that compare with those of an older network."""

from __future__ import annotations

import torch
from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses.distance import squared_distances
from facemetric.losses.triplet import mean_hinge
from facemetric.losses.tuple_loss import TUPLE_LOSSES, TupleLoss, check_margin, check_tuples


def harmonic_triplet_loss(
    embeddings: Tensor, reference: Tensor, triplets: Tensor, *, margin: float = 0.2
) -> Tensor:
    """Return the mean triplet loss over triplets that mix new and old embeddings.

    Anchor, positive and negative are rows of the pool: the ``N`` new embeddings, then the ``N``
    old ones of the same faces, which are fixed. To mine it, pass a miner
    ``harmonic_pool(embeddings, reference)`` and the labels twice: new and old embedding of one
    face are then a positive pair, and negatives are chosen from both. Triplets of old embeddings
    alone cannot change and are left out of the mean. FaceNet, 2015, appendix 6.1.

    Parameters
    ----------
    embeddings
        Float ``(N, D)``, raw: by the network in training.
    reference
        Float ``(N, D)``, raw: of the same faces, by the older network. Gets no gradient.
    triplets
        int64 ``(T, 3)``, rows of the pool, below ``2 N``.
    margin
        Of squared distances, in (0, 4].

    Returns
    -------
    Scalar, float32 at least; 0 with gradients of 0 where no triplet holds a new embedding.

    Raises
    ------
    InputError
        The two differ in shape, triplets are not int64 ``(T, 3)``, or the margin is out of range.
    """
    check_margin(margin, largest=4.0)
    check_tuples(triplets, 3, name="triplets")
    pool = harmonic_pool(embeddings, reference)
    triplets = triplets[(triplets < len(embeddings)).any(1)]
    return mean_hinge(squared_distances(pool), triplets, margin)


def harmonic_pool(embeddings: Tensor, reference: Tensor) -> Tensor:
    """Return new, then old embeddings ``(2 N, D)``; those of the older network are detached.

    Raises
    ------
    InputError
        The two differ in shape.
    """
    if embeddings.shape != reference.shape:
        raise InputError(
            f"expected {tuple(embeddings.shape)}, as the new embeddings, got "
            f"{tuple(reference.shape)}",
            item="reference",
            fix="Train with the older network's embedding dimension, on the same rows",
        )
    return torch.cat([embeddings, reference.detach().to(embeddings.dtype)])


@TUPLE_LOSSES.register("harmonic-triplet")
class HarmonicTriplet(TupleLoss):
    """:func:`harmonic_triplet_loss` over mined triplets of the pool.

    Needs ``triplets``, mined from :func:`harmonic_pool` with the labels twice, and ``reference``.

    Parameters
    ----------
    margin
        Of squared distances, in (0, 4].
    """

    needs = ("triplets", "reference")

    def __init__(self, *, margin: float = 0.2) -> None:
        super().__init__()
        check_margin(margin, largest=4.0)
        self.margin = margin

    def forward(self, embeddings: Tensor, *, triplets: Tensor, reference: Tensor) -> Tensor:
        """Return the scalar loss."""
        return harmonic_triplet_loss(embeddings, reference, triplets, margin=self.margin)
