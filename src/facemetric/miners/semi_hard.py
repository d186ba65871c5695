"""Semi-hard negatives for all anchor-positive pairs: FaceNet."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import torch
from torch import Generator, Tensor

from facemetric.errors import InputError
from facemetric.miners.anchors import Anchors, pick
from facemetric.miners.mined import MINERS
from facemetric.miners.triplet_miner import TripletMiner

Which: TypeAlias = Literal["random", "nearest"]
Fallback: TypeAlias = Literal["drop", "hardest"]


@MINERS.register("semi-hard")
class SemiHard(TripletMiner):
    """One semi-hard negative for every anchor-positive pair of the batch, both ways round.

    Farther from the anchor than the positive, by less than the margin. Schroff, Kalenichenko and
    Philbin, "FaceNet", 2015, section 3.2 and equation 4.

    Parameters
    ----------
    margin
        Of squared distances on the unit sphere, in (0, 4].
    which
        ``"random"``: each semi-hard negative of the pair is as likely; ``"nearest"``: the hardest
        of them.
    fallback
        What a pair without a semi-hard negative gets: ``"drop"`` leaves it out, ``"hardest"``
        takes the anchor's nearest negative.

    Raises
    ------
    InputError
        An option is out of range.
    """

    def __init__(
        self, *, margin: float = 0.2, which: Which = "random", fallback: Fallback = "drop"
    ) -> None:
        super().__init__(margin=margin)
        for name, value, known in (("which", which, Which), ("fallback", fallback, Fallback)):
            if value not in get_args(known):
                raise InputError(
                    f"expected one of {', '.join(get_args(known))}, got {value!r}", item=name
                )
        self.which = which
        self.fallback = fallback

    def choose(self, anchors: Anchors, generator: Generator | None) -> Tensor:
        """Return int64 ``(T, 3)`` of these anchors."""
        return self.for_pairs(anchors, anchors.is_pair, generator)

    def for_pairs(self, anchors: Anchors, pairs: Tensor, generator: Generator | None) -> Tensor:
        """Return triplets of the anchor-positive pairs that bool ``(A, K)`` names."""
        farther, inside = anchors.ranks(self.margin)
        choices = inside - farther
        some = choices > 0
        ranks = farther + pick(choices, generator) if self.which == "random" else farther
        if self.fallback == "drop":
            return anchors.triplets(ranks, pairs & some)
        ranks = torch.where(some, ranks, 0)
        return anchors.triplets(ranks, pairs & (anchors.negative_counts > 0))
