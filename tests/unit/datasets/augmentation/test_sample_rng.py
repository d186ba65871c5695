import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets.augmentation import sample_rng
from facemetric.errors import InputError

WORDS = st.integers(0, 2**64 - 1)


@settings(deadline=None, max_examples=100)
@given(one=st.tuples(WORDS, WORDS, WORDS, WORDS), other=st.tuples(WORDS, WORDS, WORDS, WORDS))
def test_same_numbers_for_the_same_picture_alone(one, other):
    same = sample_rng(*one).integers(0, 2**63, 8).tolist()
    assert sample_rng(*one).integers(0, 2**63, 8).tolist() == same
    assert (sample_rng(*other).integers(0, 2**63, 8).tolist() == same) == (one == other)


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_neighbours_are_independent(place):
    first = []
    for step in range(4000):
        numbers = [5, 5, 5, 5]
        numbers[place] = step
        first.append(sample_rng(*numbers).random(2))
    values = np.array(first)
    assert values.mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.03)
    assert np.histogram(values, 10, (0, 1))[0] == pytest.approx(np.full(10, 800), abs=140)
    assert abs(np.corrcoef(values[:-1, 0], values[1:, 0])[0, 1]) < 0.06
    assert abs(np.corrcoef(values[:, 0], values[:, 1])[0, 1]) < 0.06


@pytest.mark.parametrize(
    "numbers",
    [(-1, 0, 0), (0, -1, 0), (0, 0, -1), (0, 0, 2**64), (2**64, 0, 0), (0, 0, 0, -1)],
)
def test_numbers_out_of_range(numbers):
    with pytest.raises(InputError, match="expected numbers from 0 of 64 bits"):
        sample_rng(*numbers)
