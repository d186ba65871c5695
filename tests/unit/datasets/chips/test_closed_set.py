import numpy as np
import pytest

from facemetric.datasets.chips import open_chips, split_at_random, split_by_order
from facemetric.errors import InputError


def test_random_parts_are_whole_disjoint_and_of_one_class_space(people):
    source = open_chips(people)
    tests = set()
    for seed in range(40):
        parts = split_at_random(source, test_images=2, seed=seed)
        rows = np.concatenate([parts.train.rows, parts.test.rows])
        assert sorted(rows) == list(range(6))
        assert (len(parts.train), len(parts.test)) == (4, 2)
        assert (np.diff(parts.train.rows) > 0).all()
        assert parts.train.names == parts.test.names == source.names
        assert np.array_equal(parts.test.labels, source.labels[parts.test.rows])
        again = split_at_random(source, test_images=2, seed=seed)
        assert np.array_equal(again.test.rows, parts.test.rows)
        tests.add(tuple(parts.test.rows))
    assert len(tests) > 10  # of 15


def test_by_order_the_last_people_are_never_learnt(people):
    parts = split_by_order(open_chips(people), test_images=2)
    assert parts.train.rows.tolist() == [0, 1, 2, 3]
    assert parts.test.rows.tolist() == [4, 5]
    assert parts.ceiling == 0.5  # Bob has another one, Eve has none


@pytest.mark.parametrize("count", [0, 6, -1])
def test_no_part_is_empty(count, people):
    for split in (
        lambda s: split_by_order(s, test_images=count),
        lambda s: split_at_random(s, test_images=count, seed=0),
    ):
        with pytest.raises(InputError, match="test_images: expected 1 to 5 of 6, got"):
            split(open_chips(people))


@pytest.mark.data
def test_lfw(data_root):
    source = open_chips(data_root / "lfw")
    chance = split_at_random(source, test_images=2_673, seed=0)
    assert (len(chance.train), len(chance.test)) == (10_560, 2_673)
    assert 0.64 < chance.ceiling < 0.69
    assert split_by_order(source, test_images=2_673).ceiling < 0.01
