import pickle

import pytest

from facemetric.datasets.chips import ChipSource, open_chips, open_identity_folders
from facemetric.errors import DataError


def test_photographs_alone_in_order(people, chip):
    source = open_identity_folders(people)
    assert isinstance(source, ChipSource)
    assert source.names == ("Ann", "Bob", "Eve")
    assert source.labels.tolist() == [0, 0, 0, 1, 1, 2]
    assert source.found.all()
    assert [source.item(row) for row in range(len(source))] == [
        *("Ann/0.jpg", "Ann/1.jpg", "Ann/2.jpg", "Bob/3.jpg", "Bob/4.jpg", "Eve/5.jpg")
    ]
    assert source.encoded(4) == chip(4)


def test_a_file_that_is_gone_is_named(people):
    source = open_chips(people)
    (people / "Bob" / "3.jpg").unlink()
    with pytest.raises(DataError, match=r"Bob/3\.jpg: cannot be read: No such file"):
        source.encoded(3)


def test_travels_to_another_process(people, chip):
    source = pickle.loads(pickle.dumps(open_chips(people)))
    assert source.encoded(5) == chip(5)
    assert source.labels.tolist() == [0, 0, 0, 1, 1, 2]
