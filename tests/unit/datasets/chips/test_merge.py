import numpy as np
import pytest

from facemetric.datasets.chips import ChipSource, SubsetSource, merge_sources, open_chips
from facemetric.errors import DataError, InputError


@pytest.fixture
def two(tmp_path, chip):
    """``01``: a, b; ``07``: c in folders, and 1: b again, d; 9: e in a list."""
    for name, seed in (("01/a", 0), ("01/b", 1), ("07/c", 2)):
        (tmp_path / "one" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "one" / f"{name}.jpg").write_bytes(chip(seed))
    (tmp_path / "two").mkdir()
    for name, seed in (("b", 1), ("d", 3), ("e", 4)):
        (tmp_path / "two" / f"{name}.jpg").write_bytes(chip(seed))
    (tmp_path / "two" / "list.txt").write_text("b.jpg 1\nd.jpg 1\ne.jpg 9\n")
    return open_chips(tmp_path / "one"), open_chips(tmp_path / "two" / "list.txt")


def _people(source):
    return [(source.item(row)[-5], source.names[source.labels[row]]) for row in range(len(source))]


def test_people_are_joined_by_name(two, chip):
    merged = merge_sources(two)
    assert isinstance(merged, ChipSource)
    assert merged.names == ("01", "07", "1", "9")
    assert _people(merged) == [
        *(("a", "01"), ("b", "01"), ("c", "07"), ("b", "1"), ("d", "1"), ("e", "9"))
    ]
    assert merged.encoded(4) == chip(3)
    merged = merge_sources(two, numeric_names=True)
    assert merged.names == ("1", "7", "9")
    assert merged.labels.tolist() == [0, 0, 1, 0, 0, 2]


@pytest.mark.parametrize("duplicates", ["content", "file-name"])
def test_the_first_of_duplicates_is_kept(duplicates, two):
    merged = merge_sources(two, numeric_names=True, duplicates=duplicates)
    assert "".join(name for name, _ in _people(merged)) == "abcde"
    assert merged.of_source.tolist() == [0, 0, 0, 1, 1]
    with pytest.raises(DataError, match=r"b\.jpg: shows 1, but 01/b.jpg with the same .* shows 01"):
        merge_sources(two, duplicates=duplicates)


def test_duplicates_differ_by_what_is_compared(two, tmp_path, chip):
    path = tmp_path / "two" / "b.jpg"
    path.write_bytes(chip(5))
    assert len(merge_sources(two, numeric_names=True, duplicates="content")) == 6
    assert len(merge_sources(two, numeric_names=True, duplicates="file-name")) == 5
    (tmp_path / "two" / "d.jpg").write_bytes(chip(0))
    assert len(merge_sources(two, numeric_names=True, duplicates="content")) == 5


def test_stand_ins_stay_stand_ins(two):
    two[0].found[1] = False
    two[1].found[2] = False
    swapped = merge_sources([two[1], SubsetSource(two[0], [2, 1])])
    assert np.flatnonzero(~swapped.found).tolist() == [2, 4]


def test_errors(two, people):
    with pytest.raises(DataError, match="Ann: expected a person's name that is a number"):
        merge_sources([open_chips(people)], numeric_names=True)
    with pytest.raises(InputError, match="sources: expected at least one"):
        merge_sources([])
    with pytest.raises(InputError, match='duplicates: expected "keep"'):
        merge_sources(two, duplicates="drop")


@pytest.mark.data
def test_the_two_celeba_folders(data_root):
    sources = (
        open_chips(data_root / "celeba299"),
        open_chips(data_root / "celeba10k" / "identities.txt"),
    )
    merged = merge_sources(sources, numeric_names=True, duplicates="file-name")
    assert (len(merged), len(merged.names)) == (13_441, 3_059)
    assert sum(map(len, sources)) - len(merged) == 244
