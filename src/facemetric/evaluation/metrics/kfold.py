"""Cross-validated verification accuracy: each fold is judged by the others' threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.metrics.scores import check_scores
from facemetric.evaluation.metrics.threshold import accuracy_at, best_threshold
from facemetric.types import AnyArray, Float64


@dataclass(frozen=True, eq=False, slots=True)
class KFold:
    """Accuracy by fold.

    Attributes
    ----------
    accuracies
        ``float64 (F,)``: share of the fold's pairs decided rightly, in [0, 1].
    thresholds
        ``float64 (F,)``: chosen on the other folds.
    """

    accuracies: Float64
    thresholds: Float64

    @property
    def mean(self) -> float:
        """Mean accuracy over the folds."""
        return float(self.accuracies.mean())

    @property
    def deviation(self) -> float:
        """Standard deviation over the folds, with ``F - 1`` in the denominator."""
        return float(self.accuracies.std(ddof=1))

    @property
    def standard_error(self) -> float:
        """Standard error of the mean, what papers print behind ±: deviation / sqrt(F)."""
        return self.deviation / float(np.sqrt(len(self.accuracies)))


def kfold_accuracy(scores: AnyArray, same: AnyArray, fold: AnyArray) -> KFold:
    """Return the accuracy of ``scores (P,)`` in each ``fold`` (``int (P,)``, from 0 without gaps).

    The estimate of LFW's view 2: Huang, Ramesh, Berg, Learned-Miller, "Labeled Faces in the Wild",
    2007, section 3: ``mean(p_i)`` and ``S_E = deviation(p_i) / sqrt(10)``.

    Raises
    ------
    InputError
        See `check_scores`; or there are fewer than two folds, or one lacks a kind of pair.
    """
    values, labels = check_scores(scores, same)
    number = check_folds(fold, len(values))
    accuracies, thresholds = [], []
    for held_out in range(number.max() + 1):
        test = number == held_out
        threshold, _ = best_threshold(values[~test], labels[~test])
        thresholds.append(threshold)
        accuracies.append(accuracy_at(values[test], labels[test], threshold))
    return KFold(np.array(accuracies), np.array(thresholds))


def kfold_decisions(scores: AnyArray, same: AnyArray, fold: AnyArray) -> NDArray[np.bool_]:
    """Return ``bool (P,)``: whether each pair is decided rightly at its fold's threshold.

    What the mean of `kfold_accuracy` is made of, for intervals over people and for the comparison
    of models. Parameters and errors as there.
    """
    values, labels = check_scores(scores, same)
    thresholds = kfold_accuracy(values, labels, fold).thresholds
    right: NDArray[np.bool_] = (values >= thresholds[check_folds(fold, len(values))]) == labels
    return right


def check_folds(fold: AnyArray, pairs: int) -> NDArray[np.int64]:
    """Return the fold of each pair as ``int64 (pairs,)``.

    Raises
    ------
    InputError
        They are something else, or not two or more folds numbered from 0 without gaps.
    """
    number = np.asarray(fold)
    if number.shape != (pairs,) or not np.issubdtype(number.dtype, np.integer):
        raise InputError(f"expected int ({pairs},), got {number.dtype} {number.shape}", item="fold")
    folds = np.unique(number)
    if len(folds) < 2 or not np.array_equal(folds, np.arange(len(folds))):
        raise InputError(
            f"expected two or more folds numbered from 0, got {folds[:12].tolist()}", item="fold"
        )
    return number.astype(np.int64)
