"""The farthest positive of every anchor, with a semi-hard negative."""

from __future__ import annotations

from torch import Generator, Tensor

from facemetric.miners.anchors import Anchors
from facemetric.miners.mined import MINERS
from facemetric.miners.semi_hard import SemiHard


@MINERS.register("hard-positive")
class HardPositive(SemiHard):
    """For every anchor its farthest positive, and one semi-hard negative of that pair.

    FaceNet, 2015, section 3.2, argues against it: mislabelled and badly cut faces are the farthest
    positives, and so make up the training. Options as for :class:`SemiHard`.
    """

    def choose(self, anchors: Anchors, generator: Generator | None) -> Tensor:
        """Return int64 ``(T, 3)`` of these anchors."""
        return self.for_pairs(anchors, anchors.is_farthest, generator)
