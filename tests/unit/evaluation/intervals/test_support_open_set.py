"""Open-set rates that too few strangers leave open."""

import numpy as np
import pytest

from facemetric.evaluation.intervals import DirBound, supported_dir
from facemetric.evaluation.metrics import DirAtFpir, Searches, dir_at_fpir, search_outcomes


def made_up(non_mated: int) -> Searches:
    random = np.random.default_rng(0)
    probes = np.append(np.arange(100) % 10, 10 + np.arange(non_mated))
    mates = probes[:, None] == np.arange(10)
    return search_outcomes(random.normal(2.0 * mates), probes, np.arange(10))


def test_given_where_supported() -> None:
    searches = made_up(200)
    point = supported_dir(searches, 0.05)
    assert isinstance(point, DirAtFpir)
    assert point == dir_at_fpir(searches, 0.05)


def test_only_bounded_where_not() -> None:
    searches = made_up(199)
    bound = supported_dir(searches, 0.05, rank=2)
    assert isinstance(bound, DirBound)
    assert bound.fpir_supported == pytest.approx(10 / 199)
    assert bound.dir_at_most == dir_at_fpir(searches, 10 / 199, rank=2).dir
    assert bound.dir_at_most >= dir_at_fpir(searches, 0.05, rank=2).dir
    assert str(bound) == (
        f"DIR at FPIR 0.05 is at most {bound.dir_at_most:.4f}: "
        "it needs 200 probes without a mate, there are 199"
    )


def test_hardly_any_strangers_say_nothing() -> None:
    bound = supported_dir(made_up(10), 0.5)
    assert isinstance(bound, DirBound)
    assert (bound.dir_at_most, bound.fpir_supported, bound.non_mated_needed) == (1.0, 1.0, 20)
