"""Thresholds that hold where new embeddings meet mapped ones."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from facemetric.bundle import OperatingPoint
from facemetric.evaluation.calibration import FARS, measure_points
from facemetric.evaluation.intervals import SubjectPairs, far_intervals
from facemetric.evaluation.metrics.operating import lowest_threshold, supports
from facemetric.types import AnyArray, Float32, Float64

HIGHEST_FAR = 1e-2
_DIGITS = 6


def cross_pairs(new: Float32, mapped: Float32, labels: AnyArray, *, share: float) -> SubjectPairs:
    """Return every new embedding against every mapped one of another photograph.

    Parameters
    ----------
    new, mapped
        ``float32 (N, E)``, unit norm: the same N faces.
    labels
        ``int (N,)``: the person in each.
    share
        How many of the impostor pairs are kept, the hardest, in (0, 1].
    """
    names, person = np.unique(np.asarray(labels), return_inverse=True)
    scores = new @ mapped.T
    same = person[:, None] == person[None, :]
    first, second = np.nonzero(same & ~np.eye(len(new), dtype=bool))
    genuine = scores[first, second].astype(np.float64)
    order = np.argsort(-genuine, kind="stable")
    total = int((~same).sum())
    scores[same] = -np.inf
    kept = min(int(share * total) + 1, total)
    places = np.argpartition(scores, scores.size - kept, axis=None)[scores.size - kept :]
    places = places[np.argsort(-scores.ravel()[places], kind="stable")]
    rows, columns = np.divmod(places, len(new))
    # Each two photographs meet twice, new to mapped and mapped to new: the square root of two on
    # either side doubles the products of which `impostor_total` is made.
    images: Float64 = math.sqrt(2) * np.bincount(person).astype(np.float64)
    return SubjectPairs(
        people=len(names),
        genuine=genuine[order],
        genuine_person=person[first][order].astype(np.int64),
        impostors=scores.ravel()[places].astype(np.float64),
        impostor_people=np.asfortranarray(np.stack([person[rows], person[columns]], axis=1)),
        images=images,
    )


@dataclass(frozen=True, slots=True)
class MixedPoints:
    """Thresholds by falling false-accept rate, each with the bounds of its rate.

    Attributes
    ----------
    across
        For a new embedding against a mapped one.
    among
        For two new ones.
    both
        The stricter of the two: it keeps the rate for either. The true-accept rate beside it is
        that of mapped ones.
    """

    across: tuple[OperatingPoint, ...]
    among: tuple[OperatingPoint, ...]
    both: tuple[OperatingPoint, ...]


def mixed_points(
    new: Float32, mapped: Float32, labels: AnyArray, *, replicates: int = 500, seed: int = 0
) -> MixedPoints:
    """Return thresholds for a gallery that holds mapped embeddings and, later, new ones.

    Rates from `HIGHEST_FAR` down to the strictest that the pairs support; nothing where they
    support none. The bounds are a bootstrap over people.

    Parameters
    ----------
    new, mapped, labels
        See `cross_pairs`.
    replicates, seed
        Of the bootstrap.
    """
    pairs = cross_pairs(new, mapped, labels, share=2 * HIGHEST_FAR)
    across = _points(pairs, replicates=replicates, seed=seed)
    rates = [point.far for point in across]
    if not rates:
        return MixedPoints((), (), ())
    among = measure_points(new, labels, data="shared", fars=rates, replicates=replicates, seed=seed)
    plain = {point.far: point for point in among}
    both = [
        point
        if plain[point.far].similarity <= point.similarity
        else _judged(plain[point.far], pairs)
        for point in across
        if point.far in plain
    ]
    return MixedPoints(across, among, tuple(both))


def _points(pairs: SubjectPairs, *, replicates: int, seed: int) -> tuple[OperatingPoint, ...]:
    total = round(pairs.impostor_total(np.ones(pairs.people)))
    photographs = total // 2  # what a pair gives either way round is no second pair
    limits = {
        far: math.ceil(lowest_threshold(pairs.impostors, total, far) * 10**_DIGITS) / 10**_DIGITS
        for far in FARS
        if far <= HIGHEST_FAR and supports(photographs, far)
    }
    known = {far: limit for far, limit in limits.items() if limit <= 1}
    bounds = far_intervals(pairs, list(known.values()), replicates=replicates, seed=seed)
    return tuple(
        _judged(
            OperatingPoint(
                far=far,
                similarity=limit,
                far_low=bound.low,
                far_high=bound.high,
                impostor_pairs=photographs,
            ),
            pairs,
        )
        for (far, limit), bound in zip(known.items(), bounds, strict=True)
    )


def _judged(point: OperatingPoint, pairs: SubjectPairs) -> OperatingPoint:
    """Return a point with the share of these genuine pairs that it accepts."""
    genuine = pairs.genuine
    tar = float(np.mean(genuine >= point.similarity)) if len(genuine) else None
    return point.model_copy(update={"tar": tar, "genuine_pairs": len(genuine)})
