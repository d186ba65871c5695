"""The difference of two models' figures, with its interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from facemetric.evaluation.intervals.draws import people_draws
from facemetric.evaluation.intervals.interval import Interval, percentile_interval
from facemetric.types import Float64


@dataclass(frozen=True, slots=True)
class Comparison:
    """A's figure less B's, over the same people.

    Attributes
    ----------
    first, second
        The figures of A and of B.
    difference
        A less B, with its interval.
    p_value
        Two-sided, of the hypothesis that they do not differ: twice the smaller share of draws in
        which A is not better, or not worse (a draw without difference counts in both); at least
        ``2 / (draws + 1)``, for means and TAR at least what a sign test can give (`comparison`);
        at most 1.
    """

    first: float
    second: float
    difference: Interval
    p_value: float

    @property
    def decided(self) -> bool:
        """Whether the interval of the difference leaves out zero."""
        return self.difference.low > 0 or self.difference.high < 0


def compare_in_draws(
    first: Callable[[Float64], float],
    second: Callable[[Float64], float],
    *,
    people: int,
    replicates: int,
    confidence: float,
    seed: int,
    differing: int | None = None,
) -> Comparison:
    """Compare two figures in the same draws of people.

    Parameters
    ----------
    first, second
        Take a draw ``float64 (people,)`` and return the figure, not a number where there is none.
    people
        How many are drawn from.
    replicates, confidence, seed
        See `tar_intervals`.
    differing
        See `comparison`.
    """
    everyone = np.ones(people)
    draws = people_draws(people, replicates=replicates, seed=seed)
    differences = np.array([first(draw) - second(draw) for draw in draws])
    return comparison(
        first(everyone), second(everyone), differences, confidence, differing=differing
    )


def comparison(
    first: float,
    second: float,
    differences: Float64,
    confidence: float,
    *,
    differing: int | None = None,
) -> Comparison:
    """Return the comparison, given the differences ``(B,)`` in the draws.

    Parameters
    ----------
    first, second
        The figures of all.
    differences
        A less B in each draw, not a number where it has no trials.
    confidence
        Of the interval.
    differing
        How many independent trials the models decide differently, where that is known. No sign
        test on so many has a p-value below ``2 ** (1 - differing)``, which the draws of four that
        all speak for one model would give: the p-value is at least that, and the interval has zero
        in it where that is not significant.
    """
    interval = percentile_interval(first - second, differences, confidence)
    numbers = differences[~np.isnan(differences)]
    # One draw of "no difference" is added, so that no finite number of draws claims certainty.
    tails = [(np.sum(numbers <= 0) + 1), (np.sum(numbers >= 0) + 1)]
    p_value = min(1.0, 2 * float(min(tails)) / (len(numbers) + 1))
    least = 0.0 if differing is None else min(1.0, 2.0 ** (1 - differing))
    if least > 1 - confidence:
        low, high = min(interval.low, 0.0), max(interval.high, 0.0)
        interval = replace(interval, low=low, high=high)
    return Comparison(first, second, interval, max(p_value, least))
