from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import KFold

from facemetric.datasets import LfwPairs, PhotoPairs
from facemetric.datasets.pairs import contiguous_folds, pair_rows
from facemetric.errors import InputError


def test_rows_point_into_the_sorted_names() -> None:
    names, rows = pair_rows([("c", "a"), ("a", "b")])
    assert names == ["a", "b", "c"]
    assert rows.tolist() == [[2, 0], [0, 1]]
    assert pair_rows([])[1].shape == (0, 2)


@pytest.mark.parametrize(("n", "folds"), [(20, 10), (37, 10), (11, 2)])
def test_contiguous_folds_are_scikit_learns(n: int, folds: int) -> None:
    wanted = np.empty(n, np.int64)
    for fold, (_, test) in enumerate(KFold(folds).split(np.zeros(n))):
        wanted[test] = fold
    np.testing.assert_array_equal(contiguous_folds(n, folds), wanted)


def test_people_fit_the_paths() -> None:
    one = np.array([[0, 1]]), np.array([True]), np.array([0])
    paths = Path("a/1.jpg"), Path("a/2.jpg")
    assert PhotoPairs(paths, *one).people == ()
    assert LfwPairs(paths, *one, ("a", "a")).folds == 1
    with pytest.raises(InputError, match="expected a person for each of 2 paths, got 1"):
        PhotoPairs(paths, *one, ("a",))
