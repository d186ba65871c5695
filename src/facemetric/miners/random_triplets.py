"""Random negatives for all anchor-positive pairs."""

from __future__ import annotations

from torch import Generator, Tensor

from facemetric.miners.anchors import Anchors, pick
from facemetric.miners.mined import MINERS
from facemetric.miners.triplet_miner import TripletMiner


@MINERS.register("random")
class RandomTriplets(TripletMiner):
    """For every anchor-positive pair a negative, each as likely.

    Parameters
    ----------
    margin
        Only for the shares; in (0, 4].
    """

    def choose(self, anchors: Anchors, generator: Generator | None) -> Tensor:
        """Return int64 ``(T, 3)`` of these anchors."""
        counts = anchors.negative_counts.expand_as(anchors.positives)
        return anchors.triplets(pick(counts, generator), anchors.is_pair & (counts > 0))
