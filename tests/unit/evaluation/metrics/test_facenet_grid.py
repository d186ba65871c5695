"""The grid mode against the published loops, written out, with scipy's spline for the threshold."""

import numpy as np
import pytest
from scipy.interpolate import BSpline

from facemetric.errors import InputError
from facemetric.evaluation.metrics import (
    facenet_grid_accuracy,
    facenet_grid_val,
    kfold_accuracy,
)


def made_up(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    same = np.tile(np.arange(60) < 30, 10)
    distances = np.clip(random.normal(1.5 - 0.8 * same, 0.35), 0, 4)
    distances[::7] = distances[::7].round(2)  # on the grid
    return distances, same, np.repeat(np.arange(10), 60)


@pytest.mark.parametrize("seed", range(3))
def test_accuracy_is_the_loop(seed: int) -> None:
    distances, same, fold = made_up(seed)
    result = facenet_grid_accuracy(distances, same, fold)
    grid = np.arange(0, 4, 0.01)
    for number in range(10):
        train, test = fold != number, fold == number
        right = [np.mean((distances[train] < cut) == same[train]) for cut in grid]
        best = grid[int(np.argmax(right))]
        assert result.thresholds[number] == best
        assert result.accuracies[number] == np.mean((distances[test] < best) == same[test])
    assert result.mean == pytest.approx(kfold_accuracy(-distances, same, fold).mean, abs=0.02)


@pytest.mark.parametrize(("seed", "far"), [(0, 1e-2), (1, 1e-3), (2, 0.1)])
def test_val_is_the_loop(seed: int, far: float) -> None:
    distances, same, fold = made_up(seed)
    result = facenet_grid_val(distances, same, fold, far=far)
    grid = np.arange(0, 4, 0.001)
    for number in range(10):
        train, test = fold != number, fold == number
        rates = np.array([np.mean(distances[train & ~same] < cut) for cut in grid])
        # What interp1d(kind="slinear") was when that code was written: repeated knots allowed.
        knots = np.concatenate([rates[:1], rates, rates[-1:]])
        cut = float(BSpline.construct_fast(knots, grid, 1)(far))
        assert result.distances[number] == pytest.approx(cut, abs=1e-9)
        assert result.values[number] == np.mean(distances[test & same] < cut)
        assert result.fars[number] == np.mean(distances[test & ~same] < cut)
    assert result.mean == pytest.approx(np.mean(result.values))
    assert result.deviation == pytest.approx(np.std(result.values))
    assert result.mean_far == pytest.approx(np.mean(result.fars))


def test_val_where_the_rate_is_never_reached() -> None:
    same = np.tile([True, False], 20)
    fold = np.repeat([0, 1], 20)
    result = facenet_grid_val(np.where(same, 0.5, 4.0), same, fold)
    assert result.distances.tolist() == [0, 0]
    assert result.values.tolist() == [0, 0]


def test_wrong_arguments() -> None:
    same = np.tile([True, False], 4)
    fold = np.repeat([0, 1], 4)
    with pytest.raises(InputError, match="a rate in"):
        facenet_grid_val(np.zeros(8), same, fold, far=0.0)
    with pytest.raises(InputError, match="folds numbered from 0"):
        facenet_grid_accuracy(np.zeros(8), same, np.zeros(8, int))
    with pytest.raises(InputError, match="fold 0 lacks a kind"):
        facenet_grid_val(np.zeros(8), np.arange(8) > 4, fold)
