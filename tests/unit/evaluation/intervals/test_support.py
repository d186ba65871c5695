"""What too little data says: bounds, never a rate."""

import numpy as np
import pytest
from scipy.stats import binomtest

from facemetric.errors import InputError
from facemetric.evaluation.intervals import FarBound, TarBound, far_bound, supported_tar
from facemetric.evaluation.metrics import TarAtFar, tar_at_far


def made_up(impostors: int) -> tuple[np.ndarray, np.ndarray]:
    same = np.arange(impostors + 500) < 500
    return np.random.default_rng(0).normal(same * 3.0), same


def test_tar_is_given_where_it_is_supported() -> None:
    scores, same = made_up(3000)
    point = supported_tar(scores, same, 1e-2)
    assert isinstance(point, TarAtFar)
    assert point == tar_at_far(scores, same, 1e-2)


def test_tar_is_only_bounded_where_it_is_not() -> None:
    scores, same = made_up(3000)
    bound = supported_tar(scores, same, 1e-3)
    assert isinstance(bound, TarBound)
    assert bound.far_supported == pytest.approx(10 / 3000)
    assert bound.tar_at_most == tar_at_far(scores, same, 10 / 3000).tar
    assert bound.tar_at_most >= tar_at_far(scores, same, 1e-3).tar
    assert (bound.impostor_pairs, bound.pairs_needed) == (3000, 10_000)
    assert str(bound) == (
        f"TAR at FAR 0.001 is at most {bound.tar_at_most:.4f}: "
        "it needs 10,000 impostor pairs, there are 3,000"
    )


def test_hardly_any_impostors_say_nothing() -> None:
    bound = supported_tar(*made_up(10), 0.5)
    assert isinstance(bound, TarBound)
    assert (bound.tar_at_most, bound.far_supported, bound.pairs_needed) == (1.0, 1.0, 20)


def test_far_of_a_threshold() -> None:
    none = far_bound(0, 3000)
    assert none.far is None
    assert none.far_at_most == pytest.approx(3 / 3000, rel=0.01)
    assert none.pairs_needed == pytest.approx(10_000, rel=0.01)
    few, enough = far_bound(9, 3000), far_bound(10, 3000)
    assert (few.far, enough.far) == (None, 10 / 3000)
    exact = binomtest(10, 3000, alternative="less").proportion_ci(0.95).high
    assert enough.far_at_most == pytest.approx(exact)


def test_dependent_pairs_bound_less() -> None:
    bounds = [far_bound(12, 4950, independent=n) for n in (4950, 500, 50)]
    assert all(isinstance(bound, FarBound) for bound in bounds)
    assert bounds[0].far_at_most < bounds[1].far_at_most < bounds[2].far_at_most
    # 12 in 4950 is less than one in 50, and counts as one.
    exact = binomtest(1, 50, alternative="less").proportion_ci(0.95).high
    assert bounds[2].far_at_most == pytest.approx(exact)


def test_wrong_counts() -> None:
    for counts in ((0, 0, None), (-1, 5, None), (6, 5, None), (1, 5, 6), (1, 5, 0)):
        with pytest.raises(InputError, match="accepted, impostor_pairs"):
            far_bound(counts[0], counts[1], independent=counts[2])
