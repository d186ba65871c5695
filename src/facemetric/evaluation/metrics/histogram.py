"""Counts of scores in bounded memory, exact at the edges of the bins."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.types import AnyArray, Float64

_PART = 1 << 22  # scores in work at a time


class ScoreHistogram:
    """Scores counted in bins of a power of two, however many there are.

    A multiplication by a power of two does not round, so every score falls in the bin it belongs
    to, and the number of scores at or above an edge is exact. Between edges it is known to within
    the bin's count. Memory is 8 bytes a bin.

    Parameters
    ----------
    low, high
        Where scores are expected. Those beyond are counted in the first and in the last bin.
    bits
        A bin is ``2**-bits`` wide: 3e-5 for 15.

    Attributes
    ----------
    counts
        ``int64 (B,)``.
    edges
        ``float64 (B,)``: the lower edge of each bin, rising.
    smallest, largest
        The extreme scores, exact; plus and minus infinity where there are none.

    Raises
    ------
    InputError
        The range is empty, or takes more than 2**26 bins.
    """

    def __init__(self, low: float = -1.0, high: float = 1.0, *, bits: int = 15) -> None:
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise InputError(f"expected low < high, got {low} and {high}", item="low, high")
        self._scale = math.ldexp(1.0, bits)
        self._first = math.floor(low * self._scale)
        bins = math.floor(high * self._scale) - self._first + 1
        if not 2 <= bins <= 1 << 26:
            raise InputError(f"expected 2 to 2**26 bins, got {bins:,}", item="bits")
        self.counts: NDArray[np.int64] = np.zeros(bins, np.int64)
        self.edges: Float64 = (self._first + np.arange(bins)) / self._scale
        self.smallest, self.largest = math.inf, -math.inf

    @property
    def width(self) -> float:
        """Width of a bin: the most by which a threshold can be off."""
        return 1 / self._scale

    @property
    def total(self) -> int:
        """How many scores were counted."""
        return int(self.counts.sum())

    def add(self, scores: AnyArray) -> None:
        """Count ``scores``, an array of any shape.

        Raises
        ------
        InputError
            A score is not finite; nothing is counted then.
        """
        values = np.asarray(scores).reshape(-1)
        if values.dtype not in (np.float32, np.float64):
            values = values.astype(np.float64)
        if not values.size:
            return
        smallest, largest = float(values.min()), float(values.max())
        if not (math.isfinite(smallest) and math.isfinite(largest)):
            raise InputError("expected finite scores", item="scores")
        last = len(self.counts) - 1
        for start in range(0, len(values), _PART):
            part = np.clip(
                values[start : start + _PART], float(self.edges[0]), float(self.edges[-1])
            )
            part *= part.dtype.type(self._scale)
            bins = np.floor(part, out=part).astype(np.int64) - self._first
            self.counts += np.bincount(np.clip(bins, 0, last, out=bins), minlength=last + 1)
        self.smallest = min(self.smallest, smallest)
        self.largest = max(self.largest, largest)

    def merge(self, other: ScoreHistogram) -> None:
        """Add what ``other``, of the same bins, has counted.

        Raises
        ------
        InputError
            The bins differ.
        """
        check_same_bins(self, other)
        self.counts += other.counts
        self.smallest = min(self.smallest, other.smallest)
        self.largest = max(self.largest, other.largest)

    def at_least(self) -> NDArray[np.int64]:
        """Return ``int64 (B,)``: how many scores reach each edge.

        Exact for the inner edges; at the first it is all scores, also those below it.
        """
        return np.cumsum(self.counts[::-1])[::-1]

    def quantile(self, share: float) -> tuple[float, float]:
        """Return bounds of the smallest score that at least ``share`` of the scores do not exceed.

        numpy's ``inverted_cdf``; the bounds are a bin apart, less where an extreme is nearer.

        Raises
        ------
        InputError
            ``share`` is not in [0, 1], or nothing was counted.
        """
        if not 0 <= share <= 1:
            raise InputError(f"expected a share in [0, 1], got {share}", item="share")
        total = self.total
        if not total:
            raise InputError("expected at least one score", item="scores")
        rank = max(math.ceil(share * total * (1 - 1e-15)), 1)
        place = int(np.searchsorted(np.cumsum(self.counts), rank))
        low = -math.inf if place == 0 else float(self.edges[place])
        high = math.inf if place == len(self.edges) - 1 else float(self.edges[place]) + self.width
        return max(low, self.smallest), min(high, self.largest)


def check_same_bins(first: ScoreHistogram, second: ScoreHistogram) -> None:
    """InputError where two histograms have different bins."""
    if not np.array_equal(first.edges, second.edges) or first.width != second.width:
        raise InputError("expected histograms of the same bins", item="histograms")
