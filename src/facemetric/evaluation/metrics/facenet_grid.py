"""The figures of the widely used facenet code, which looks for thresholds on a fixed grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.metrics.kfold import KFold, check_folds
from facemetric.evaluation.metrics.scores import check_scores
from facemetric.types import AnyArray, Float64


@dataclass(frozen=True, eq=False, slots=True)
class GridVal:
    """Validation rate by fold, at the threshold that interpolates the other folds' FAR.

    Attributes
    ----------
    values, fars, distances
        ``float64 (F,)``: VAL and FAR in each fold, in [0, 1], and the threshold. The FAR of a fold
        may exceed the rate asked for.
    """

    values: Float64
    fars: Float64
    distances: Float64

    @property
    def mean(self) -> float:
        """Mean validation rate over the folds."""
        return float(self.values.mean())

    @property
    def deviation(self) -> float:
        """Standard deviation over the folds, with ``F`` in the denominator as in that code."""
        return float(self.values.std())

    @property
    def mean_far(self) -> float:
        """Mean false-accept rate over the folds."""
        return float(self.fars.mean())


def facenet_grid_accuracy(
    distances: AnyArray, same: AnyArray, fold: AnyArray, *, step: float = 0.01
) -> KFold:
    """Return k-fold accuracy as ``calculate_roc`` of github.com/davidsandberg/facenet does.

    Thresholds 0, ``step`` … below 4; accepted where ``distance < threshold``; of equally good
    thresholds the lowest. Coarser than `kfold_accuracy`: to compare with figures made so.

    Parameters
    ----------
    distances
        ``float (P,)``: squared L2 of unit embeddings, in [0, 4].
    same
        ``bool (P,)``.
    fold
        ``int (P,)``, from 0 without gaps.
    step
        Of the grid.

    Raises
    ------
    InputError
        See `kfold_accuracy`.
    """
    values, labels, number = _check(distances, same, fold)
    grid = np.arange(0, 4, step)
    accuracies, thresholds = [], []
    for held_out in range(number.max() + 1):
        test = number == held_out
        genuine = _below(values[~test & labels], grid)
        impostor = _below(values[~test & ~labels], grid)
        threshold = grid[np.argmax(genuine - impostor)]
        thresholds.append(threshold)
        accuracies.append(np.mean((values[test] < threshold) == labels[test]))
    return KFold(np.array(accuracies), np.array(thresholds))


def facenet_grid_val(
    distances: AnyArray,
    same: AnyArray,
    fold: AnyArray,
    *,
    far: float = 1e-3,
    step: float = 0.001,
) -> GridVal:
    """Return VAL at ``far`` as ``calculate_val`` of github.com/davidsandberg/facenet does.

    The threshold is interpolated between points of the grid; 0 where the other folds never reach
    ``far``. Parameters as `facenet_grid_accuracy`; ``far`` is in (0, 1).

    Raises
    ------
    InputError
        See `kfold_accuracy`; a rate is out of range; or a fold lacks a kind of pair.
    """
    if not 0 < far < 1:
        raise InputError(f"expected a rate in (0, 1), got {far}", item="far")
    values, labels, number = _check(distances, same, fold)
    grid = np.arange(0, 4, step)
    vals, fars, thresholds = [], [], []
    for held_out in range(number.max() + 1):
        test = number == held_out
        others = values[~test & ~labels]
        genuine, impostor = values[test & labels], values[test & ~labels]
        if not (len(others) and len(genuine) and len(impostor)):
            raise InputError(f"fold {held_out} lacks a kind of pair", item="fold")
        rates = _below(others, grid) / len(others)
        threshold = float(np.interp(far, rates, grid)) if rates.max() >= far else 0.0
        thresholds.append(threshold)
        vals.append(np.mean(genuine < threshold))
        fars.append(np.mean(impostor < threshold))
    return GridVal(np.array(vals), np.array(fars), np.array(thresholds))


def _check(
    distances: AnyArray, same: AnyArray, fold: AnyArray
) -> tuple[Float64, NDArray[np.bool_], NDArray[np.int64]]:
    values, labels = check_scores(distances, same)
    return values, labels, check_folds(fold, len(values))


def _below(values: Float64, grid: Float64) -> NDArray[np.int64]:
    return np.searchsorted(np.sort(values), grid, side="left")
