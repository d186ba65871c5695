"""Batch-hard triplets."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from facemetric.miners.anchors import Anchors
from facemetric.miners.mined import MINERS
from facemetric.miners.triplet_miner import TripletMiner


@MINERS.register("batch-hard")
class BatchHard(TripletMiner):
    """For every anchor its farthest positive and its nearest negative.

    Anchors without either give none. Hermans, Beyer and Leibe, "In defense of the triplet loss for
    person re-identification", 2017, equation 5.

    Parameters
    ----------
    margin
        Only for the shares; in (0, 4].
    """

    def choose(self, anchors: Anchors, generator: Generator | None) -> Tensor:
        """Return int64 ``(T, 3)`` of these anchors; nothing is drawn."""
        chosen = anchors.is_farthest & (anchors.negative_counts > 0)
        return anchors.triplets(torch.zeros_like(anchors.positives), chosen)
