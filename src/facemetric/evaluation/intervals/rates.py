"""Rates of weighted pairs: what a bootstrap computes in every draw of people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.intervals.subject_pairs import SubjectPairs
from facemetric.types import Float64


def tar_in_draw(pairs: SubjectPairs, draw: Float64, fars: Sequence[float]) -> Float64:
    """Return ``float64 (len(fars),)``: TAR at each FAR, the thresholds found anew in this draw.

    Equal to `tar_at_far` of the pairs written out as often as ``draw (people,)`` has them. Not a
    number where the draw holds no pair of a kind.

    Raises
    ------
    InputError
        ``pairs`` has too few of the hardest impostors for the rate.
    """
    total = pairs.impostor_total(draw)
    genuine = np.cumsum(pairs.genuine_weights(draw))
    if total == 0 or genuine[-1] == 0:
        return np.full(len(fars), np.nan)
    weights = pairs.impostor_weights(draw)
    drawn = weights > 0
    falling, accepted = pairs.impostors[drawn], np.cumsum(weights[drawn])
    thresholds = _thresholds(falling, accepted, total, np.asarray(fars, np.float64))
    shares: Float64 = _accepted(pairs.genuine, genuine, thresholds) / genuine[-1]
    return shares


def rates_in_draw(pairs: SubjectPairs, draw: Float64, threshold: float) -> tuple[float, float]:
    """Return FAR and TAR at a fixed threshold; not a number without pairs of the kind.

    ``pairs`` must hold every impostor that reaches the threshold.
    """
    total = pairs.impostor_total(draw)
    genuine = np.cumsum(pairs.genuine_weights(draw))
    hits = pairs.impostors >= threshold
    far = float(pairs.impostor_weights(draw)[hits].sum()) / total if total else np.nan
    right = float(_accepted(pairs.genuine, genuine, np.array([threshold]))[0])
    return far, right / float(genuine[-1]) if genuine[-1] else np.nan


def check_reach(pairs: SubjectPairs, threshold: float) -> None:
    """InputError where impostors that reach ``threshold`` may have been left out of ``pairs``."""
    if pairs.images is None:
        return
    left_out = len(pairs.impostors) < pairs.impostor_total(np.ones(pairs.people))
    if left_out and threshold <= pairs.impostors[-1]:
        raise InputError(
            f"the pairs reach down to {pairs.impostors[-1]:.6g}, not to {threshold:.6g}",
            item="pairs",
            fix="Take a larger share of the impostors",
        )


def _thresholds(falling: Float64, accepted: Float64, total: float, fars: Float64) -> Float64:
    """Do as `lowest_threshold`, each score counted as often as ``accepted`` grows by."""
    allowed = np.floor(fars * total * (1 + 1e-12))
    place = np.searchsorted(accepted, allowed, side="right")
    if place.max() == len(falling):
        raise InputError(
            f"the {len(falling):,} hardest impostors do not reach far={fars.max():g} in every draw",
            item="pairs",
            fix="Take a larger share of the impostors",
        )
    rejected = falling[place]
    # A tie across the border is rejected as a whole.
    first = np.searchsorted(-falling, -rejected)
    middle = np.where(first > 0, (rejected + falling[first - 1]) / 2, rejected)
    thresholds: Float64 = np.where(middle > rejected, middle, np.nextafter(rejected, np.inf))
    return thresholds


def _accepted(falling: Float64, weights: Float64, thresholds: Float64) -> Float64:
    """Return the weight of the scores that reach each threshold, given its running sum."""
    counts = np.searchsorted(-falling, -thresholds, side="right")
    return np.append(0.0, weights)[counts]
