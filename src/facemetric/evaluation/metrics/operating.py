"""The true-accept rate at a wanted false-accept rate, and whether the data supports it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.metrics.scores import check_scores
from facemetric.types import AnyArray, Float64

PAIRS_PER_FAR = 10
"""A rate needs at least this many expected false accepts: 10/FAR impostor pairs."""


@dataclass(frozen=True, slots=True)
class TarAtFar:
    """One operating point.

    Attributes
    ----------
    far
        The false-accept rate that was asked for.
    far_measured
        The rate at the threshold; at most ``far``.
    tar
        Accepted share of the genuine pairs, in [0, 1].
    threshold
        The lowest that keeps ``far``: midway between the scores on either side.
    impostor_pairs, genuine_pairs
        How many of each there were.
    """

    far: float
    far_measured: float
    tar: float
    threshold: float
    impostor_pairs: int
    genuine_pairs: int

    @property
    def supported(self) -> bool:
        """Whether there were at least 10/FAR impostor pairs."""
        return supports(self.impostor_pairs, self.far)

    @property
    def note(self) -> str:
        """What a reader must know when the data does not support the rate; else empty."""
        if self.supported:
            return ""
        return (
            f"far={self.far:g} needs {pairs_needed(self.far):,} impostor pairs (10/FAR), "
            f"got {self.impostor_pairs:,}: an indication only"
        )


def pairs_needed(far: float) -> int:
    """Return how many impostor pairs a false-accept rate in (0, 1) needs: 10/FAR, rounded up."""
    return math.ceil(PAIRS_PER_FAR / far * (1 - 1e-12))


def supports(impostor_pairs: int, far: float) -> bool:
    """Return whether so many impostor pairs support a false-accept rate in (0, 1)."""
    return impostor_pairs * far >= PAIRS_PER_FAR * (1 - 1e-9)


def threshold_at_far(
    impostor_scores: AnyArray, far: float, *, genuine_scores: AnyArray | None = None
) -> float:
    """Return the lowest threshold that accepts at most ``far`` of ``impostor_scores (P,)``.

    Midway between the highest rejected impostor and the next score above it, which may be one of
    ``genuine_scores (G,)``; where there is none, the next number above that impostor.

    Raises
    ------
    InputError
        ``far`` is not in (0, 1), there are no scores, or one is not finite.
    """
    if not 0 < far < 1:
        raise InputError(f"expected a rate in (0, 1), got {far}", item="far")
    if impostor_scores.size == 0:
        raise InputError("expected at least one impostor score", item="impostor_scores")
    falling = np.sort(np.asarray(impostor_scores, np.float64).ravel())[::-1]
    # Sorted, what is not a number or infinite stands at an end.
    if not np.isfinite(falling[[0, -1]]).all():
        raise InputError("expected finite scores", item="impostor_scores")
    return lowest_threshold(falling, len(falling), far, genuine_scores=genuine_scores)


def lowest_threshold(
    falling: Float64, total: int, far: float, *, genuine_scores: AnyArray | None = None
) -> float:
    """Do as `threshold_at_far`, given the first ``K > far * total`` of ``total`` falling scores."""
    allowed = int(np.floor(far * total * (1 + 1e-12)))
    rejected = falling[allowed]
    # A tie across the border is rejected as a whole.
    accepted = int(np.searchsorted(-falling, -rejected))
    above = falling[accepted - 1] if accepted else np.inf
    if genuine_scores is not None:
        above = np.min(genuine_scores[genuine_scores > rejected], initial=above)
    middle = (rejected + above) / 2 if np.isfinite(above) else rejected
    return float(middle if middle > rejected else np.nextafter(rejected, np.inf))


def tar_at_far(scores: AnyArray, same: AnyArray, far: float) -> TarAtFar:
    """Return the true-accept rate of ``scores (P,)`` at a false-accept rate of at most ``far``.

    The highest TAR of the curve's points that keep ``far``.

    Raises
    ------
    InputError
        See `check_scores` and `threshold_at_far`.
    """
    values, labels = check_scores(scores, same)
    threshold = threshold_at_far(values[~labels], far, genuine_scores=values[labels])
    return TarAtFar(
        far=far,
        far_measured=float(np.mean(values[~labels] >= threshold)),
        tar=float(np.mean(values[labels] >= threshold)),
        threshold=threshold,
        impostor_pairs=int(np.sum(~labels)),
        genuine_pairs=int(np.sum(labels)),
    )
