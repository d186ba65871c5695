from pathlib import Path

import pytest

from facemetric.datasets import read_celeba, read_celeba10k, read_celeba299
from facemetric.errors import DataError


def make(root: Path, *, listing: str = "1.jpg 7\n2.jpg 12\n") -> Path:
    for name in ("celeba299/00012/2.jpg", "celeba299/00012/3.jpg", "celeba10k/1.jpg"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    (root / "celeba10k" / "2.jpg").touch()
    (root / "celeba10k" / "identities.txt").write_text(listing)
    return root


def test_merges_by_file_name_in_one_id_space(tmp_path: Path) -> None:
    photos = read_celeba(make(tmp_path))
    assert [path.name for path in photos.paths] == ["1.jpg", "2.jpg", "3.jpg"]
    assert photos.people == ("7", "12", "12")
    assert photos.paths[1].parent.parent.name == "celeba299"


def test_conflicting_people(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="shows 12 in one subset and 9 in the other"):
        read_celeba(make(tmp_path, listing="1.jpg 7\n2.jpg 9\n"))


@pytest.mark.parametrize(
    ("listing", "message"),
    [
        ("1.jpg\n", "line 1: expected a file name and a number"),
        ("1.jpg 7\n2.jpg x\n", "line 2: expected"),
        ("1.jpg 7\n1.jpg 7\n", "line 2: 1.jpg occurs twice"),
        ("9.jpg 7\n", "line 1: 9.jpg is missing"),
    ],
)
def test_names_the_line(tmp_path: Path, listing: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_celeba10k(make(tmp_path, listing=listing) / "celeba10k")


def test_folder_names_are_numbers(tmp_path: Path) -> None:
    root = make(tmp_path)
    (root / "celeba299" / "x").mkdir()
    (root / "celeba299" / "x" / "4.jpg").touch()
    with pytest.raises(DataError, match="expected an identity number"):
        read_celeba299(root / "celeba299")
    with pytest.raises(DataError, match="cannot be read"):
        read_celeba10k(tmp_path / "absent")


@pytest.mark.data
def test_the_real_ones(data_root: Path) -> None:
    large = read_celeba299(data_root / "celeba299")
    small = read_celeba10k(data_root / "celeba10k")
    assert (len(large), len(large.names)) == (6260, 299)
    assert (len(small), len(small.names)) == (7425, 2854)
    assert len(set(large.names) & set(small.names)) == 94
    both = read_celeba(data_root)
    assert (len(both), len(both.names)) == (13441, 3059)
