"""From labelled embeddings to the table of thresholds that a bundle carries."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from facemetric.bundle.manifest import Calibration, OperatingPoint
from facemetric.errors import CalibrationError, InputError
from facemetric.evaluation.impostors import (
    Impostors,
    check_labels,
    genuine_similarities,
    hardest_impostors,
)
from facemetric.evaluation.intervals import people_draws
from facemetric.evaluation.metrics.operating import PAIRS_PER_FAR, lowest_threshold
from facemetric.types import AnyArray, Float32, Float64

FARS = (
    *(1e-1, 5e-2, 2e-2, 1e-2, 5e-3, 2e-3, 1e-3, 5e-4, 2e-4, 1e-4),
    *(5e-5, 2e-5, 1e-5, 5e-6, 2e-6, 1e-6),
)
"""Steps so small that the next stricter one costs little recall."""
_DIGITS = 6


def calibrate(
    embeddings: Float32,
    labels: AnyArray,
    *,
    data: str,
    flip: bool,
    fars: Sequence[float] = FARS,
    replicates: int = 500,
    seed: int = 0,
    notes: str = "",
) -> Calibration:
    """Measure the thresholds at which strangers are accepted at given rates.

    Every pair of images of different people is compared. A rate is given only where there are at
    least 10/FAR such pairs. Its bounds are a bootstrap over people (95 %, percentiles): pairs that
    share a person depend on each other, so a formula for independent pairs would be too narrow.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit norm: people whom the network was not trained on.
    labels
        ``int (N,)``: the person in each.
    data
        What the images are, for the table's readers.
    flip
        Whether the embeddings are averaged with their mirror images'.
    fars
        Wanted rates in (0, 1); those that the data does not support are left out.
    replicates, seed
        Of the bootstrap.
    notes
        What else a reader must know.

    Raises
    ------
    CalibrationError
        There are too few impostor pairs for any of the rates.
    InputError
        The shapes disagree, or a rate is out of range.
    """
    people = check_labels(labels, len(embeddings))
    if not fars or not all(0 < far < 1 for far in fars):
        raise InputError(f"expected rates in (0, 1), got {list(fars)}", item="fars")
    rates = sorted(set(fars), reverse=True)
    impostors = hardest_impostors(embeddings, people, share=rates[0])
    supported = [far for far in rates if far * impostors.total >= PAIRS_PER_FAR * (1 - 1e-9)]
    if not supported:
        raise CalibrationError(
            f"far={rates[0]:g} needs {math.ceil(PAIRS_PER_FAR / rates[0]):,} impostor pairs "
            f"(10/FAR), got {impostors.total:,}",
            item=data,
            fix="Take images of more people",
        )
    genuine = genuine_similarities(embeddings, people).astype(np.float64)
    falling = impostors.similarities.astype(np.float64)
    # Rounded upwards: what is printed and stored is what was measured.
    thresholds = [
        math.ceil(lowest_threshold(falling, impostors.total, far) * 10**_DIGITS) / 10**_DIGITS
        for far in supported
    ]
    bounds = far_bounds(impostors, people, thresholds, replicates=replicates, seed=seed)
    points = [
        OperatingPoint(
            far=far,
            similarity=min(threshold, 1.0),
            far_low=low,
            far_high=high,
            tar=float(np.mean(genuine >= threshold)) if len(genuine) else None,
            impostor_pairs=impostors.total,
            genuine_pairs=len(genuine),
        )
        for far, threshold, (low, high) in zip(supported, thresholds, bounds, strict=True)
    ]
    return Calibration(
        data=data, flip=flip, people=len(np.unique(people)), points=tuple(points), notes=notes
    )


def far_bounds(
    impostors: Impostors,
    labels: AnyArray,
    thresholds: Sequence[float],
    *,
    replicates: int = 500,
    seed: int = 0,
) -> list[tuple[float, float]]:
    """Return 95 % bounds of the false-accept rate at each threshold.

    People are drawn with replacement; a person drawn twice counts twice, and is never compared
    with himself.

    Parameters
    ----------
    impostors
        Must reach down to the lowest threshold.
    labels
        ``int (N,)``: the person in each embedding.
    thresholds
        Cosines.
    replicates, seed
        Of the bootstrap.
    """
    names, person = np.unique(check_labels(labels, len(labels)), return_inverse=True)
    images = np.bincount(person).astype(np.float64)
    n = len(names)
    draws = people_draws(n, replicates=replicates, seed=seed)
    pairs: Float64 = ((draws @ images) ** 2 - (draws**2) @ images**2) / 2
    # In float32 a threshold would be rounded, and with it the count.
    falling = impostors.similarities.astype(np.float64)
    bounds = []
    for threshold in thresholds:
        accepted = impostors.rows[falling >= threshold]
        ends = np.sort(person[accepted], axis=1)
        keys, counts = np.unique(ends[:, 0] * n + ends[:, 1], return_counts=True)
        first, second = np.divmod(keys, n)
        hits = np.array([counts @ (draw[first] * draw[second]) for draw in draws])
        rates = np.divide(hits, pairs, out=np.zeros_like(hits), where=pairs > 0)
        low, high = np.percentile(rates, [2.5, 97.5])
        bounds.append((float(low), float(high)))
    return bounds
