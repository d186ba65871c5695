from pathlib import Path

import pytest

from facemetric.datasets import LabelledPhotos, read_identity_folders
from facemetric.errors import DataError, InputError


def test_reads_a_folder_per_person(tmp_path: Path) -> None:
    for name in ("bea/2.JPG", "bea/1.png", "ann/x.jpg", "ann/notes.txt", "ann/.hidden.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "loose.jpg").touch()
    (tmp_path / "empty").mkdir()
    photos = read_identity_folders(tmp_path)
    assert [path.name for path in photos.paths] == ["x.jpg", "1.png", "2.JPG"]
    assert photos.people == ("ann", "bea", "bea")
    assert photos.names == ("ann", "bea")
    assert photos.labels.tolist() == [0, 1, 1]
    assert photos.take([2, 0]).people == ("bea", "ann")


def test_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no photographs in folders of people"):
        read_identity_folders(tmp_path)
    with pytest.raises(DataError, match="not a folder"):
        read_identity_folders(tmp_path / "absent")
    with pytest.raises(InputError, match="expected a person for each of 1 paths, got 0"):
        LabelledPhotos((tmp_path,), ())


@pytest.mark.data
def test_orl(data_root: Path) -> None:
    photos = read_identity_folders(data_root / "orl")
    assert (len(photos), len(photos.names)) == (400, 40)
