"""Thresholds for one comparison: the false-accept rate, measured on all pairs of strangers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from facemetric.bundle import OperatingPoint
from facemetric.errors import CalibrationError, InputError
from facemetric.evaluation.intervals import far_intervals, pairs_of_embeddings
from facemetric.evaluation.metrics.operating import lowest_threshold, pairs_needed, supports
from facemetric.types import AnyArray, Float32

FARS = (
    *(1e-1, 5e-2, 2e-2, 1e-2, 5e-3, 2e-3, 1e-3, 5e-4, 2e-4, 1e-4),
    *(5e-5, 2e-5, 1e-5, 5e-6, 2e-6, 1e-6),
)
"""Steps so small that the next stricter one costs little recall."""
_DIGITS = 6


def measure_points(
    embeddings: Float32,
    labels: AnyArray,
    *,
    data: str,
    fars: Sequence[float] = FARS,
    replicates: int = 500,
    seed: int = 0,
) -> tuple[OperatingPoint, ...]:
    """Return the lowest thresholds that keep the wanted rates, with their bounds.

    A rate is given only where there are at least 10/FAR pairs of different people. Its bounds are
    a bootstrap over people (95 %, `far_intervals`): pairs that share a person depend on each
    other, so a formula for independent pairs would be too narrow.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit norm.
    labels
        ``int (N,)``: the person in each.
    data
        What the images are, for the error.
    fars
        Wanted rates in (0, 1); those that the data does not support are left out.
    replicates, seed
        Of the bootstrap.

    Raises
    ------
    CalibrationError
        There are too few impostor pairs for any of the rates, or too many of them are of one
        photograph.
    InputError
        The shapes disagree, or a rate is out of range.
    """
    if not fars or not all(0 < far < 1 for far in fars):
        raise InputError(f"expected rates in (0, 1), got {list(fars)}", item="fars")
    rates = sorted(set(fars), reverse=True)
    pairs = pairs_of_embeddings(embeddings, labels, share=rates[0], genuine_needed=False)
    total = round(pairs.impostor_total(np.ones(pairs.people)))
    # Rounded upwards: what is printed and stored is what was measured.
    limits = {
        far: math.ceil(lowest_threshold(pairs.impostors, total, far) * 10**_DIGITS) / 10**_DIGITS
        for far in rates
        if supports(total, far)
    }
    if not limits:
        raise CalibrationError(
            f"far={rates[0]:g} needs {pairs_needed(rates[0]):,} impostor pairs (10/FAR), "
            f"got {total:,}",
            item=data,
            fix="Take images of more people",
        )
    # Of one photograph under two names: no threshold turns such pairs away.
    supported = [far for far, limit in limits.items() if limit <= 1]
    if not supported:
        raise CalibrationError(
            f"more than {rates[0]:g} of the pairs of different people have the same embedding",
            item=data,
            fix="Leave out photographs that are there under two names",
        )
    thresholds = [limits[far] for far in supported]
    intervals = far_intervals(pairs, thresholds, replicates=replicates, seed=seed)
    genuine = len(pairs.genuine)
    return tuple(
        OperatingPoint(
            far=far,
            similarity=threshold,
            far_low=interval.low,
            far_high=interval.high,
            tar=float(np.mean(pairs.genuine >= threshold)) if genuine else None,
            impostor_pairs=total,
            genuine_pairs=genuine,
        )
        for far, threshold, interval in zip(supported, thresholds, intervals, strict=True)
    )
