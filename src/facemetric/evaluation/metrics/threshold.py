"""The threshold that decides most pairs rightly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.metrics.scores import check_scores
from facemetric.types import AnyArray, Float64


def accuracy_at(scores: AnyArray, same: AnyArray, threshold: float) -> float:
    """Return the share of pairs ``(P,)`` on which ``score >= threshold`` is right, in [0, 1].

    Raises
    ------
    InputError
        See `check_scores`.
    """
    values, labels = check_scores(scores, same)
    return float(np.mean((values >= threshold) == labels))


def best_threshold(scores: AnyArray, same: AnyArray) -> tuple[float, float]:
    """Return the threshold of highest accuracy on ``scores (P,)``, and that accuracy.

    Exact: every way to cut the scores is tried, at the midpoints between neighbouring scores and
    beyond either end. Of equally good cuts the middle one is taken (the lower of two).

    Raises
    ------
    InputError
        See `check_scores`.
    """
    values, labels = check_scores(scores, same)
    candidates, right = _cuts(values, labels)
    best = np.flatnonzero(right == right.max())
    chosen = best[(len(best) - 1) // 2]
    return float(candidates[chosen]), float(right[chosen] / len(values))


def _cuts(values: Float64, labels: NDArray[np.bool_]) -> tuple[Float64, NDArray[np.int64]]:
    """Return all different cuts, rising, and how many pairs each decides rightly."""
    order = np.argsort(values, kind="stable")
    values, labels = values[order], labels[order]
    first_of_tie = np.append(0, np.flatnonzero(np.diff(values)) + 1)
    lower, upper = values[first_of_tie[:-1]], values[first_of_tie[1:]]
    # The midpoint of two neighbouring floats is one of them: it must reject the lower.
    middle = np.maximum(lower + (upper - lower) / 2, np.nextafter(lower, np.inf))
    candidates = np.concatenate(
        ([values[0]], middle, [np.nextafter(values[-1], np.inf)]), dtype=np.float64
    )
    below = np.append(first_of_tie, len(values))
    genuine_below = np.append(0, np.cumsum(labels))[below]
    right = (below - genuine_below) + (labels.sum() - genuine_below)
    return candidates, right
