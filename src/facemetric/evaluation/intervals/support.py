"""A rate that the data supports, or the bound that is all it gives."""

from __future__ import annotations

from dataclasses import dataclass

from facemetric.errors import InputError
from facemetric.evaluation.intervals.wilson import upper_bound
from facemetric.evaluation.metrics.operating import (
    PAIRS_PER_FAR,
    TarAtFar,
    pairs_needed,
    supports,
    tar_at_far,
)
from facemetric.types import AnyArray


@dataclass(frozen=True, slots=True)
class TarBound:
    """What too few impostor pairs say about a true-accept rate.

    Attributes
    ----------
    far
        The rate that was asked for.
    tar_at_most
        TAR at ``far_supported``; a stricter rate cannot accept more. A bound for these data, with
        no allowance for chance: for other people, take the upper end of the interval there.
    far_supported
        The strictest rate that the data supports; 1 where it supports none.
    impostor_pairs, pairs_needed
        What there was, and what ``far`` needs.
    """

    far: float
    tar_at_most: float
    far_supported: float
    impostor_pairs: int
    pairs_needed: int

    def __str__(self) -> str:
        return (
            f"TAR at FAR {self.far:g} is at most {self.tar_at_most:.4f}: it needs "
            f"{self.pairs_needed:,} impostor pairs, there are {self.impostor_pairs:,}"
        )


@dataclass(frozen=True, slots=True)
class FarBound:
    """What the accepted impostors say about a threshold's false-accept rate.

    Attributes
    ----------
    far
        Accepted share; ``None`` where fewer than 10 were accepted: too few to name a rate.
    far_at_most
        One-sided bound.
    accepted, impostor_pairs
        The counts.
    pairs_needed
        How many pairs a rate as low as ``far_at_most`` needs.
    confidence
        Of the bound.
    """

    far: float | None
    far_at_most: float
    accepted: int
    impostor_pairs: int
    pairs_needed: int
    confidence: float


def supported_tar(scores: AnyArray, same: AnyArray, far: float) -> TarAtFar | TarBound:
    """Return the operating point where there are 10/FAR impostor pairs, else the upper bound.

    ``scores (P,)`` and ``same`` (``bool (P,)``) as in `tar_at_far`, which also has the errors.
    """
    point = tar_at_far(scores, same, far)
    if point.supported:
        return point
    strictest = PAIRS_PER_FAR / point.impostor_pairs
    tar, supported = 1.0, 1.0
    if strictest < 1:
        tar, supported = tar_at_far(scores, same, strictest).tar, strictest
    return TarBound(far, tar, supported, point.impostor_pairs, pairs_needed(far))


def far_bound(
    accepted: int,
    impostor_pairs: int,
    *,
    independent: int | None = None,
    confidence: float = 0.95,
) -> FarBound:
    """Return the false-accept rate with its upper bound, or the bound alone below 10 accepted.

    Parameters
    ----------
    accepted, impostor_pairs
        Counts at a threshold chosen on other data.
    independent
        How many of the pairs are independent; by default all. Where people are in several pairs,
        the number of pairs without a common person, at most half the people: the rate is then
        bounded as if it had been seen in that many.
    confidence
        Of the bound.

    Raises
    ------
    InputError
        The counts contradict each other, or the confidence is out of range.
    """
    trials = impostor_pairs if independent is None else independent
    if not (1 <= trials <= impostor_pairs and 0 <= accepted <= impostor_pairs):
        raise InputError(
            f"expected 1 to {impostor_pairs} independent of {impostor_pairs} pairs, got {trials}; "
            f"{accepted} accepted",
            item="accepted, impostor_pairs, independent",
        )
    # Rounded upwards: a bound must not profit from it.
    hits = -(-accepted * trials // impostor_pairs)
    most = upper_bound(hits, trials, confidence=confidence)
    share = accepted / impostor_pairs
    named = accepted > 0 and supports(impostor_pairs, share)
    return FarBound(
        far=share if named else None,
        far_at_most=most,
        accepted=accepted,
        impostor_pairs=impostor_pairs,
        pairs_needed=pairs_needed(most),
        confidence=confidence,
    )
