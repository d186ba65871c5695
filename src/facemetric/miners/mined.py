"""What a miner returns, and what every miner is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from torch import Generator, Tensor

from facemetric.registry import Registry


@dataclass(frozen=True, eq=False, slots=True)
class Shares:
    """Shares of easy, semi-hard and hard ones over all triplets of a batch, mined or not.

    All triplets: anchor and positive of one person, negative of another. Hard: the negative is as
    near as the positive, or nearer. Semi-hard: it is farther, but by less than the margin. Easy:
    the rest, with a loss of 0. Each a 0-d float64 tensor in [0, 1], exact; all 0 where the batch
    has no triplet.

    Attributes
    ----------
    easy, semi_hard, hard
        Together 1.
    """

    easy: Tensor
    semi_hard: Tensor
    hard: Tensor


@dataclass(frozen=True, eq=False, slots=True)
class Mined:
    """Triplets of a batch.

    Attributes
    ----------
    triplets
        int64 ``(T, 3)``: rows of anchor, positive and negative, ordered by anchor.
    shares
        How hard the batch is: over all of its triplets.
    """

    triplets: Tensor
    shares: Shares


@dataclass(frozen=True, eq=False, slots=True)
class MinedPairs:
    """Pairs of a batch.

    Attributes
    ----------
    pairs
        int64 ``(P, 2)``: rows, the lower first.
    same
        bool ``(P,)``: whether the two are one person.
    """

    pairs: Tensor
    same: Tensor


class Miner(Protocol):
    """Chooses triplets of a batch: raw embeddings ``(B, D)`` and int64 labels ``(B,)``.

    The same generator state gives the same triplets. No gradient flows through a miner.
    """

    def __call__(
        self, embeddings: Tensor, labels: Tensor, *, generator: Generator | None = None
    ) -> Mined:
        """Return the triplets."""
        ...


class PairMiner(Protocol):
    """Chooses pairs of a batch, as a :class:`Miner` chooses triplets."""

    def __call__(
        self, embeddings: Tensor, labels: Tensor, *, generator: Generator | None = None
    ) -> MinedPairs:
        """Return the pairs."""
        ...


MINERS: Registry[type[Miner]] = Registry("miner")
"""Miners of triplets by name; their options are keyword arguments."""

PAIR_MINERS: Registry[type[PairMiner]] = Registry("pair miner")
"""Miners of pairs by name."""
