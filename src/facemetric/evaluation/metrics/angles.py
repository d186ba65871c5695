"""Angles between embeddings of one person and of different people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.metrics.all_pairs import all_pairs
from facemetric.evaluation.metrics.histogram import ScoreHistogram
from facemetric.types import AnyArray, Float32

PERCENTILES = (0.1, 1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0, 99.9)


@dataclass(frozen=True, eq=False, slots=True)
class Angles:
    """A distribution of angles in degrees, in [0, 180].

    Attributes
    ----------
    pairs
        How many angles there were.
    smallest_deg, largest_deg
        The extremes.
    percentiles_deg
        Angle by percentile, to within half of ``width_deg``.
    width_deg
        Width of the bins that the percentiles are read from.
    histogram
        The counts themselves.
    """

    pairs: int
    smallest_deg: float
    largest_deg: float
    percentiles_deg: Mapping[float, float]
    width_deg: float
    histogram: ScoreHistogram


@dataclass(frozen=True, eq=False, slots=True)
class PersonAngles:
    """The two distributions.

    Attributes
    ----------
    within
        Between embeddings of one person.
    between
        Between embeddings of different people.
    """

    within: Angles
    between: Angles

    @property
    def gap_deg(self) -> float:
        """Smallest between-person angle less the largest within-person angle."""
        return self.between.smallest_deg - self.within.largest_deg

    @property
    def separated(self) -> bool:
        """Whether every within-person angle is below every between-person angle."""
        return self.gap_deg > 0


def person_angles(
    embeddings: Float32,
    labels: AnyArray,
    *,
    percentiles: Sequence[float] = PERCENTILES,
    chunk: int = 256,
) -> PersonAngles:
    """Return both distributions over all pairs, in bounded memory.

    The criterion of Liu et al., "SphereFace", 2017: the largest angle within a class
    is to be smaller than the smallest between classes. The cosines are float32: angles below 1° are
    uncertain by some hundredths of a degree.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit norm.
    labels
        ``int (N,)``: the person in each.
    percentiles
        In [0, 100].
    chunk
        Rows compared at a time.

    Raises
    ------
    InputError
        The shapes disagree, a percentile is out of range, or a kind of pair is absent.
    """
    within, between = (ScoreHistogram(0.0, 180.0, bits=7) for _ in range(2))
    for one_person, different in all_pairs(embeddings, labels, chunk=chunk):
        within.add(angles_deg(one_person))
        between.add(angles_deg(different))
    if not within.total or not between.total:
        raise InputError("expected pairs of one person and of different people", item="labels")
    return PersonAngles(_summary(within, percentiles), _summary(between, percentiles))


def angles_deg(similarities: Float32) -> Float32:
    """Return the angles of cosines, in degrees; what rounding puts beyond ±1 counts as ±1."""
    return np.degrees(np.arccos(np.clip(similarities, -1, 1)))


def _summary(histogram: ScoreHistogram, percentiles: Sequence[float]) -> Angles:
    return Angles(
        pairs=histogram.total,
        smallest_deg=histogram.smallest,
        largest_deg=histogram.largest,
        percentiles_deg={p: sum(histogram.quantile(p / 100)) / 2 for p in percentiles},
        width_deg=histogram.width,
        histogram=histogram,
    )
