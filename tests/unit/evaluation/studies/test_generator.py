from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from facemetric.errors import InputError
from facemetric.evaluation.studies.generator import generator_of
from facemetric.types import Face, Image


def test_of_the_photograph_and_the_seed(pictures: list[tuple[Image, Face]]) -> None:
    first, second = pictures[0][0], pictures[1][0]
    draw = generator_of(first, 1).normal(size=5)
    assert np.array_equal(draw, generator_of(first, 1).normal(size=5))
    assert not np.array_equal(draw, generator_of(first, 2).normal(size=5))
    assert not np.array_equal(draw, generator_of(second, 1).normal(size=5))


def test_needs_a_hash(pictures: list[tuple[Image, Face]]) -> None:
    bare = dataclasses.replace(pictures[0][0], sha256=None)
    with pytest.raises(InputError, match="expected a picture with a hash"):
        generator_of(bare, 0)
