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
    tars = [
        _accepted(pairs.genuine, genuine, _threshold(falling, accepted, total, far)) for far in fars
    ]
    shares: Float64 = np.array(tars) / genuine[-1]
    return shares


def rates_in_draw(pairs: SubjectPairs, draw: Float64, threshold: float) -> tuple[float, float]:
    """Return FAR and TAR at a fixed threshold; not a number without pairs of the kind.

    ``pairs`` must hold every impostor that reaches the threshold.
    """
    total = pairs.impostor_total(draw)
    genuine = np.cumsum(pairs.genuine_weights(draw))
    hits = pairs.impostors >= threshold
    far = float(pairs.impostor_weights(draw)[hits].sum()) / total if total else np.nan
    right = _accepted(pairs.genuine, genuine, threshold)
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


def _threshold(falling: Float64, accepted: Float64, total: float, far: float) -> float:
    """Do as `lowest_threshold`, each score counted as often as ``accepted`` grows by."""
    allowed = np.floor(far * total * (1 + 1e-12))
    place = int(np.searchsorted(accepted, allowed, side="right"))
    if place == len(falling):
        raise InputError(
            f"the {len(falling):,} hardest impostors do not reach far={far:g} in every draw",
            item="pairs",
            fix="Take a larger share of the impostors",
        )
    rejected = falling[place]
    first = int(np.searchsorted(-falling[: place + 1], -rejected))
    middle = (rejected + falling[first - 1]) / 2 if first else rejected
    return float(middle if middle > rejected else np.nextafter(rejected, np.inf))


def _accepted(falling: Float64, weights: Float64, threshold: float) -> float:
    """Return the weight of the scores that reach ``threshold``, given its running sum."""
    count = int(np.searchsorted(-falling, -threshold, side="right"))
    return float(weights[count - 1]) if count else 0.0
