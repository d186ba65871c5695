"""Distance-weighted negatives."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from facemetric.errors import InputError
from facemetric.miners.anchors import Anchors, uniform
from facemetric.miners.mined import MINERS
from facemetric.miners.triplet_miner import TripletMiner

_FROM_ANTIPODE = 1e-6


@MINERS.register("distance-weighted")
class DistanceWeighted(TripletMiner):
    """For every anchor-positive pair a negative, as likely at any distance from the anchor.

    A negative at Euclidean distance d is drawn with a weight of ``1 / q(d)``, where q is the
    density of distances between random points of the sphere, ``d^(D-2) (1 - d^2/4)^((D-3)/2)``
    for D dimensions.
    Anchors without a negative nearer than ``farthest`` give no triplet. Wu, Manmatha, Smola and
    Krähenbühl, "Sampling matters in deep embedding learning", 2017, section 4.

    Parameters
    ----------
    margin
        Only for the shares; in (0, 4].
    nearest
        Euclidean distance below which all are weighted alike, in (0, 2).
    farthest
        Euclidean distance from which none are drawn, in (nearest, 2].

    Raises
    ------
    InputError
        An option is out of range.
    """

    def __init__(self, *, margin: float = 0.2, nearest: float = 0.5, farthest: float = 1.4) -> None:
        super().__init__(margin=margin)
        if not 0.0 < nearest < farthest <= 2.0:
            raise InputError(
                f"expected 0 < nearest < farthest <= 2, got {nearest} and {farthest}",
                item="nearest and farthest",
            )
        self.nearest = nearest
        self.farthest = farthest

    def choose(self, anchors: Anchors, generator: Generator | None) -> Tensor:
        """Return int64 ``(T, 3)`` of these anchors."""
        cumulated = self._weights(anchors.negative_distances.double(), anchors.dim).cumsum(1)
        whole = cumulated[:, -1:]
        draws = uniform(anchors.positives.shape, generator, whole.device) * whole
        # The first rank whose sum exceeds the draw: ranks of weight 0 are never chosen.
        ranks = torch.searchsorted(cumulated, draws, right=True)
        last = (cumulated < whole).sum(1, keepdim=True)
        return anchors.triplets(ranks.minimum(last), anchors.is_pair & (whole > 0))

    def _weights(self, squared: Tensor, dim: int) -> Tensor:
        """Return weights of sorted negatives; each anchor's largest is 1."""
        clipped = squared.clamp(self.nearest**2, 4.0 - _FROM_ANTIPODE)
        exponents = -(dim - 2) / 2 * clipped.log()
        exponents -= (dim - 3) / 2 * (1.0 - clipped / 4).log()
        beyond = squared >= self.farthest**2
        exponents.masked_fill_(beyond, -torch.inf)
        largest = exponents.amax(1, keepdim=True)
        return torch.where(beyond, 0.0, (exponents - largest).exp())
