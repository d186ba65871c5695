"""Rates of weighted pairs: what a bootstrap computes in every draw of people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.intervals.subject_pairs import SubjectPairs
from facemetric.types import Float64


class TarInDraw:
    """Finds TAR and threshold at each FAR, the thresholds anew in every draw.

    Equal to `tar_at_far` of the pairs written out as often as a draw has them.

    Parameters
    ----------
    pairs
        With enough of the hardest impostors for the rates.
    fars
        False-accept rates in (0, 1).

    Raises
    ------
    InputError
        A rate is out of range.
    """

    def __init__(self, pairs: SubjectPairs, fars: Sequence[float]) -> None:
        if not fars or not all(0 < far < 1 for far in fars):
            raise InputError(f"expected rates in (0, 1), got {list(fars)}", item="fars")
        self._pairs = pairs
        self._fars = np.asarray(fars, np.float64)
        # Rising, as np.searchsorted wants them.
        self._genuine, self._impostors = -pairs.genuine, -pairs.impostors
        everyone = pairs.impostor_total(np.ones(pairs.people))
        # Most draws reach the rates within so many of the hardest; the others take them all.
        self._reach = 1000 + int(1.5 * self._fars.max() * everyone)

    def __call__(self, draw: Float64) -> tuple[Float64, Float64]:
        """Return ``float64 (len(fars),)`` twice: TAR and thresholds in ``draw (people,)``.

        Not a number where the draw holds no pair of a kind.

        Raises
        ------
        InputError
            The hardest impostors that are kept are too few for a rate.
        """
        total = self._pairs.impostor_total(draw)
        genuine = np.cumsum(self._pairs.genuine_weights(draw))
        if total == 0 or genuine[-1] == 0:
            empty = np.full(len(self._fars), np.nan)
            return empty, empty
        allowed = np.floor(self._fars * total * (1 + 1e-12))
        accepted = np.cumsum(self._pairs.impostor_weights(draw, first=self._reach))
        if accepted[-1] <= allowed.max():
            accepted = np.cumsum(self._pairs.impostor_weights(draw))
        if accepted[-1] <= allowed.max():
            raise InputError(
                f"the {len(self._impostors):,} hardest impostors do not reach "
                f"far={self._fars.max():g} in every draw",
                item="pairs",
                fix="Take a larger share of the impostors",
            )
        rejected = self._impostors[np.searchsorted(accepted, allowed, side="right")]
        # A tie across the border is rejected as a whole.
        right = _sum_above(self._genuine, genuine, rejected)
        nearest = np.minimum(
            _last_above(self._impostors, accepted, rejected),
            _last_above(self._genuine, genuine, rejected),
        )
        middle = np.where(np.isfinite(nearest), (nearest - rejected) / 2, -rejected)
        thresholds = np.where(middle > -rejected, middle, np.nextafter(-rejected, np.inf))
        return right / genuine[-1], thresholds


def _sum_above(rising: Float64, sums: Float64, rejected: Float64) -> Float64:
    """Return the weight of the scores above each rejected one; all of them are negated."""
    return np.append(0.0, sums)[np.searchsorted(rising, rejected)]


def _last_above(rising: Float64, sums: Float64, rejected: Float64) -> Float64:
    """Return the nearest score, among those with a weight, above each rejected one, or infinity."""
    before = _sum_above(rising, sums, rejected)
    # Where the sum first came so far stands the last score that the draw holds.
    return np.where(before > 0, -rising[np.searchsorted(sums, before)], np.inf)


class RatesInDraw:
    """Finds FAR and TAR at a fixed threshold in a draw.

    Parameters
    ----------
    pairs
        With every impostor that reaches the threshold.
    threshold
        Chosen beforehand.

    Raises
    ------
    InputError
        Impostors that reach the threshold may have been left out.
    """

    def __init__(self, pairs: SubjectPairs, threshold: float) -> None:
        check_reach(pairs, threshold)
        self._pairs = pairs
        hits, self._right = (
            int(np.searchsorted(-scores, -threshold, side="right"))
            for scores in (pairs.impostors, pairs.genuine)
        )
        # Pairs of the same two people weigh alike: each two people once, for all draws.
        ends = np.sort(pairs.impostor_people[:hits], axis=1)
        keys, self._counts = np.unique(ends[:, 0] * pairs.people + ends[:, 1], return_counts=True)
        self._first, self._second = np.divmod(keys, pairs.people)

    def __call__(self, draw: Float64) -> tuple[float, float]:
        """Return FAR and TAR in ``draw (people,)``; not a number without pairs of the kind."""
        total = self._pairs.impostor_total(draw)
        weights = self._pairs.genuine_weights(draw)
        hits = float(self._counts @ (draw[self._first] * draw[self._second]))
        right, genuine = float(weights[: self._right].sum()), float(weights.sum())
        return hits / total if total else np.nan, right / genuine if genuine else np.nan


def check_reach(pairs: SubjectPairs, threshold: float) -> None:
    """InputError where impostors that reach ``threshold`` may have been left out of ``pairs``."""
    if not pairs.complete and threshold <= pairs.impostors[-1]:
        raise InputError(
            f"the pairs reach down to {pairs.impostors[-1]:.6g}, not to {threshold:.6g}",
            item="pairs",
            fix="Take a larger share of the impostors",
        )
