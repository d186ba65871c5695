"""Pairs of a batch for contrastive losses."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from facemetric.miners.anchors import anchors_of, pick
from facemetric.miners.mined import PAIR_MINERS, MinedPairs


@PAIR_MINERS.register("all-pairs")
class AllPairs:
    """Every pair of the batch once: far more of two people than of one."""

    @torch.no_grad()
    def __call__(
        self, embeddings: Tensor, labels: Tensor, *, generator: Generator | None = None
    ) -> MinedPairs:
        """Return the pairs; nothing is drawn."""
        count = len(labels)
        pairs = torch.triu_indices(count, count, offset=1, device=labels.device).T
        return MinedPairs(pairs, labels[pairs[:, 0]] == labels[pairs[:, 1]])


@PAIR_MINERS.register("random-pairs")
class RandomPairs:
    """Every pair of one person, and for each a random pair of two people.

    The second is one of the two faces with another's, each as likely; a pair can come twice.
    """

    @torch.no_grad()
    def __call__(
        self, embeddings: Tensor, labels: Tensor, *, generator: Generator | None = None
    ) -> MinedPairs:
        """Return the pairs."""
        return _same_and(embeddings, labels, generator=generator, hard=False)


@PAIR_MINERS.register("hard-pairs")
class HardPairs:
    """Every pair of one person, and as many of two people: each anchor's nearest negatives.

    Of an anchor with k images after its own in the batch, the k nearest negatives; a pair that is
    among the nearest from both sides comes twice.
    """

    @torch.no_grad()
    def __call__(
        self, embeddings: Tensor, labels: Tensor, *, generator: Generator | None = None
    ) -> MinedPairs:
        """Return the pairs; nothing is drawn."""
        return _same_and(embeddings, labels, generator=generator, hard=True)


def _same_and(
    embeddings: Tensor, labels: Tensor, *, generator: Generator | None, hard: bool
) -> MinedPairs:
    """Return each pair of one person, and for each a pair of its first face and a negative."""
    same = [labels.new_zeros((0, 2), dtype=torch.int64)]
    other = [labels.new_zeros((0, 2), dtype=torch.int64)]
    for anchors in anchors_of(embeddings, labels):
        after = anchors.is_pair & (anchors.positives > anchors.rows[:, None])
        place, column = after.nonzero(as_tuple=True)
        same.append(torch.stack([anchors.rows[place], anchors.positives[place, column]], dim=1))
        counts = anchors.negative_counts.expand_as(anchors.positives)
        ranks = after.cumsum(1) - 1 if hard else pick(counts, generator)
        found = after & (ranks < counts)
        other.append(anchors.triplets(ranks, found)[:, [0, 2]].sort(1).values)
    of_one, of_two = torch.cat(same), torch.cat(other)
    pairs = torch.cat([of_one, of_two])
    return MinedPairs(pairs, torch.arange(len(pairs), device=pairs.device) < len(of_one))
