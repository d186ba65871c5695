"""d′ from histograms, with the error that the bins leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.metrics.histogram import ScoreHistogram, check_same_bins
from facemetric.types import Float64


@dataclass(frozen=True, slots=True)
class StreamingDPrime:
    """d′ of scores moved to the middle of their bins.

    Attributes
    ----------
    value
        See `d_prime`.
    low, high
        What the exact value lies between.
    """

    value: float
    low: float
    high: float


def streaming_d_prime(genuine: ScoreHistogram, impostor: ScoreHistogram) -> StreamingDPrime:
    """Return d′ of two histograms of the same bins.

    No score moves by more than half a bin, so neither does a mean or a standard deviation.

    Raises
    ------
    InputError
        The bins differ, a kind of pair is absent, a score lies beyond the bins, or all the scores
        of each kind are in one bin.
    """
    check_same_bins(genuine, impostor)
    if not genuine.total or not impostor.total:
        raise InputError("expected both genuine and impostor scores", item="histograms")
    edges, width = genuine.edges, genuine.width
    smallest = min(genuine.smallest, impostor.smallest)
    largest = max(genuine.largest, impostor.largest)
    if smallest < edges[0] or largest > edges[-1] + width:
        raise InputError(
            f"scores from {smallest:g} to {largest:g} lie beyond the bins",
            item="histograms",
            fix="Widen the histogram's range",
        )
    (mean, variance), (other_mean, other_variance) = (
        _moments(histogram, edges + width / 2) for histogram in (genuine, impostor)
    )
    gap, spread = mean - other_mean, float(np.sqrt((variance + other_variance) / 2))
    narrow, wide = spread - width / 2, spread + width / 2
    if narrow <= 0:
        raise InputError("expected scores that differ by more than a bin", item="histograms")
    ends = [end / by for end in (gap - width, gap + width) for by in (narrow, wide)]
    return StreamingDPrime(gap / spread, min(ends), max(ends))


def _moments(histogram: ScoreHistogram, middles: Float64) -> tuple[float, float]:
    share = histogram.counts / histogram.total
    mean = float(share @ middles)
    return mean, float(share @ (middles - mean) ** 2)
