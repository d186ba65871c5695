from pathlib import Path

import pytest

from facemetric.datasets import read_fgnet
from facemetric.errors import DataError


def test_person_and_age_from_the_name(tmp_path: Path) -> None:
    for name in ("002A18.JPG", "001A02.JPG", "001A43a.jpg", "readme.txt"):
        (tmp_path / name).touch()
    read = read_fgnet(tmp_path)
    assert read.photos.people == ("001", "001", "002")
    assert read.age_years.tolist() == [2, 43, 18]


def test_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no photographs"):
        read_fgnet(tmp_path)
    with pytest.raises(DataError, match="cannot be read"):
        read_fgnet(tmp_path / "absent")
    (tmp_path / "ann.jpg").touch()
    with pytest.raises(DataError, match=r"ann\.jpg: expected a name like 001A02"):
        read_fgnet(tmp_path)
