"""Bounds of a rate from independent trials."""

from __future__ import annotations

import math

from facemetric.errors import InputError
from facemetric.evaluation.intervals.interval import Interval, check_confidence, two_sided_deviate


def wilson(successes: int, trials: int, *, confidence: float = 0.95) -> Interval:
    """Return the score interval of ``successes / trials``.

    Only for independent trials. Pairs that share people are not: use the bootstrap over people.
    Wilson, "Probable inference, the law of succession, and statistical inference", 1927.

    Raises
    ------
    InputError
        There are no trials, more successes than trials, or the confidence is out of range.
    """
    z = two_sided_deviate(confidence)
    _check(successes, trials)
    share = successes / trials
    shrink = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / shrink
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / shrink
    # At the ends the formula gives 0 and 1 but for rounding.
    low = 0.0 if successes == 0 else max(centre - half, 0.0)
    high = 1.0 if successes == trials else min(centre + half, 1.0)
    return Interval(share, low, high, confidence, "wilson")


def upper_bound(successes: int, trials: int, *, confidence: float = 0.95) -> float:
    """Return the rate that ``successes`` of independent ``trials`` exclude from above, one-sided.

    Exact: the largest ``p`` at which so few successes still have probability ``1 - confidence``.
    Three in ``trials`` where there are none. Clopper, Pearson, "The use of confidence or fiducial
    limits illustrated in the case of the binomial", 1934.

    Raises
    ------
    InputError
        As `wilson`.
    """
    check_confidence(confidence)
    _check(successes, trials)
    if successes == trials:
        return 1.0
    low, high = successes / trials, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if _at_most(successes, trials, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(successes: int, trials: int, rate: float) -> float:
    """Return the binomial probability of ``successes`` or fewer."""
    log_hit, log_miss = math.log(rate), math.log1p(-rate)
    # The rate is at least the observed share: terms far below the last one do not matter.
    first = max(successes - 50 - int(12 * math.sqrt(successes)), 0)
    choose = math.lgamma(trials + 1)
    return math.fsum(
        math.exp(
            choose
            - math.lgamma(hits + 1)
            - math.lgamma(trials - hits + 1)
            + hits * log_hit
            + (trials - hits) * log_miss
        )
        for hits in range(first, successes + 1)
    )


def _check(successes: int, trials: int) -> None:
    if trials < 1 or not 0 <= successes <= trials:
        raise InputError(
            f"expected 0 to {trials} of at least 1 trial, got {successes}", item="successes, trials"
        )
