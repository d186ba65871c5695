"""Random negatives at first, hard ones later."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import torch
from torch import Generator, Tensor

from facemetric.errors import InputError
from facemetric.miners.anchors import Anchors, pick, uniform
from facemetric.miners.mined import MINERS
from facemetric.miners.triplet_miner import TripletMiner

Hard: TypeAlias = Literal["hardest", "semi-hard"]


@MINERS.register("curriculum")
class Curriculum(TripletMiner):
    """For every anchor-positive pair a hard or a random negative; the hard share rises.

    The share goes linearly from ``start`` at :meth:`advance` (0) to ``end`` at 1. FaceNet, 2015,
    section 3.2, warns of hardest negatives early on; half of them random is one remedy.

    Parameters
    ----------
    margin
        Of squared distances on the unit sphere, in (0, 4].
    start, end
        Share of pairs with a hard negative, in [0, 1].
    hard
        What a hard negative is: ``"hardest"``, the anchor's nearest; or ``"semi-hard"``, a random
        one farther than the positive and within the margin, and the nearest where there is none.

    Raises
    ------
    InputError
        An option is out of range.
    """

    def __init__(
        self,
        *,
        margin: float = 0.2,
        start: float = 0.5,
        end: float = 1.0,
        hard: Hard = "hardest",
    ) -> None:
        super().__init__(margin=margin)
        for name, share in (("start", start), ("end", end)):
            _check_share(share, name)
        if hard not in get_args(Hard):
            raise InputError(
                f"expected one of {', '.join(get_args(Hard))}, got {hard!r}", item="hard"
            )
        self.start = start
        self.end = end
        self.hard = hard
        self.hard_share = start

    def advance(self, progress: float) -> None:
        """Set the hard share for this part of the training, in [0, 1]."""
        _check_share(progress, "progress")
        self.hard_share = self.start + progress * (self.end - self.start)

    def choose(self, anchors: Anchors, generator: Generator | None) -> Tensor:
        """Return int64 ``(T, 3)`` of these anchors."""
        counts = anchors.negative_counts.expand_as(anchors.positives)
        chosen = anchors.is_pair & (counts > 0)
        ranks = pick(counts, generator)
        order = uniform(ranks.shape, generator, ranks.device).masked_fill(~chosen, torch.inf)
        # Exactly that share, not each pair with that chance: half is half in a small batch too.
        most = round(self.hard_share * int(chosen.sum()))
        hard = torch.zeros_like(chosen).flatten()
        hard[order.flatten().argsort()[:most]] = True
        return anchors.triplets(
            torch.where(hard.view_as(chosen), self._hard_ranks(anchors, generator), ranks), chosen
        )

    def _hard_ranks(self, anchors: Anchors, generator: Generator | None) -> Tensor:
        if self.hard == "hardest":
            return torch.zeros_like(anchors.positives)
        farther, inside = anchors.ranks(self.margin)
        choices = inside - farther
        return torch.where(choices > 0, farther + pick(choices, generator), 0)


def _check_share(value: float, name: str) -> None:
    if not 0.0 <= value <= 1.0:
        raise InputError(f"expected a share in [0, 1], got {value}", item=name)
