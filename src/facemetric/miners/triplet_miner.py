"""What the triplet miners share: a walk over the anchors, and the shares."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Generator, Tensor

from facemetric.errors import InputError
from facemetric.miners.anchors import Anchors, anchors_of
from facemetric.miners.mined import Mined, Shares


class TripletMiner(ABC):
    """A miner that chooses for some anchors at a time.

    Parameters
    ----------
    margin
        Of squared distances on the unit sphere, in (0, 4]: what is semi-hard, and what easy.

    Raises
    ------
    InputError
        The margin is out of range.
    """

    def __init__(self, *, margin: float = 0.2) -> None:
        if not 0.0 < margin <= 4.0:
            raise InputError(f"expected a margin in (0, 4], got {margin}", item="margin")
        self.margin = margin

    @abstractmethod
    def choose(self, anchors: Anchors, generator: Generator | None) -> Tensor:
        """Return int64 ``(T, 3)`` of these anchors."""

    @torch.no_grad()
    def __call__(
        self, embeddings: Tensor, labels: Tensor, *, generator: Generator | None = None
    ) -> Mined:
        """Return triplets of a batch.

        Parameters
        ----------
        embeddings
            Float ``(B, D)``, raw.
        labels
            int64 ``(B,)``.
        generator
            Of the draws; torch's own where left out.
        """
        triplets = [labels.new_zeros((0, 3), dtype=torch.int64)]
        counts = torch.zeros(3, dtype=torch.float64, device=labels.device)
        for anchors in anchors_of(embeddings, labels):
            triplets.append(self.choose(anchors, generator))
            counts += _counts(anchors, self.margin)
        easy, semi_hard, hard = (counts / counts.sum().clamp_min(1.0)).unbind()
        return Mined(torch.cat(triplets), Shares(easy, semi_hard, hard))


def _counts(anchors: Anchors, margin: float) -> Tensor:
    """Return the numbers of easy, semi-hard and hard triplets, float64 ``(3,)``."""
    farther, inside = anchors.ranks(margin)
    up_to = torch.stack([farther, inside, anchors.negative_counts.expand_as(inside)])
    hard, active, everything = (up_to * anchors.is_pair).sum((1, 2)).double().unbind()
    return torch.stack([everything - active, active - hard, hard])
