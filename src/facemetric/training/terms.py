"""Losses of both families as terms of an objective."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses import TupleLoss, harmonic_pool
from facemetric.miners import Mined, MinedPairs, Miner, PairMiner, Shares
from facemetric.training.diagnostics import centre_norms
from facemetric.training.distributed import ShardedCentres
from facemetric.training.objective import BatchFacts, Outcome, Term


class MarginTerm(Term):
    """A softmax with a margin over class centres.

    Parameters
    ----------
    header
        The centres, this process's rows of them.
    """

    def __init__(self, header: ShardedCentres) -> None:
        super().__init__()
        self.header = header

    def forward(self, embeddings: Tensor, facts: BatchFacts) -> Outcome:
        """Return the loss against every centre (or those that were sampled)."""
        return Outcome(self.header(embeddings, facts.labels, step=facts.step))

    def advance(self, step: int, progress: float) -> None:
        """Move the margin's schedule, such as A-Softmax's lambda."""
        self.header.margin.advance(step)

    def predictions(self, embeddings: Tensor) -> Tensor | None:
        """Return the class of the nearest centre."""
        return self.header.predictions(embeddings)

    def diagnosis(self) -> Mapping[str, float]:
        """Return the lengths of the class centres that this process holds."""
        return centre_norms(self.header.centres)


class TupleTerm(Term):
    """A loss over mined pairs or triplets, or over rows with their labels.

    Parameters
    ----------
    loss
        What it needs is in its ``needs``.
    miner
        Of triplets or of pairs, as the loss needs them; ``None`` where it needs neither.
    """

    def __init__(self, loss: TupleLoss, miner: Miner | PairMiner | None) -> None:
        super().__init__()
        self.loss = loss
        self.miner = miner

    def forward(self, embeddings: Tensor, facts: BatchFacts) -> Outcome:
        """Return the loss; shares of easy, semi-hard and hard triplets and how many were mined."""
        needs = self.loss.needs
        given: dict[str, Tensor] = {}
        figures: dict[str, Tensor] = {}
        if "labels" in needs:
            given["labels"] = facts.labels
        if "reference" in needs:
            given["reference"] = _reference(facts)
        if "triplets" in needs:
            pool, labels = embeddings, facts.labels
            if "reference" in needs:
                pool, labels = harmonic_pool(embeddings, _reference(facts)), labels.repeat(2)
            mined = self._mine(pool, labels, facts)
            assert isinstance(mined, Mined)
            given["triplets"] = mined.triplets
            figures = {**_share_figures(mined.shares), "mined": _count(mined.triplets)}
        if "pairs" in needs:
            pairs = self._mine(embeddings, facts.labels, facts)
            assert isinstance(pairs, MinedPairs)
            given["pairs"], given["same"] = pairs.pairs, pairs.same
            figures = {"mined": _count(pairs.pairs)}
        return Outcome(self.loss(embeddings, **given), figures)

    def _mine(self, embeddings: Tensor, labels: Tensor, facts: BatchFacts) -> Mined | MinedPairs:
        assert self.miner is not None, "the recipe's check asks for one"
        return self.miner(embeddings, labels, generator=facts.generator)

    def advance(self, step: int, progress: float) -> None:
        """Move the miner's curriculum, where it has one."""
        if self.miner is not None and hasattr(self.miner, "advance"):
            self.miner.advance(progress)


def _reference(facts: BatchFacts) -> Tensor:
    if facts.reference is None:
        raise InputError(
            "this loss compares with a fixed network, and the recipe names none",
            item="loss",
            fix='Add [reference] with bundle = "…" to the recipe',
        )
    return facts.reference


def _share_figures(shares: Shares) -> Mapping[str, Tensor]:
    return {
        "share_easy": shares.easy,
        "share_semi_hard": shares.semi_hard,
        "share_hard": shares.hard,
    }


def _count(rows: Tensor) -> Tensor:
    return torch.tensor(float(len(rows)))
