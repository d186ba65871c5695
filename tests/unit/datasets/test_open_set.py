from pathlib import Path

import pytest

from facemetric.datasets import LabelledPhotos, OpenSet, read_open_set
from facemetric.errors import DataError, InputError


def make(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def test_probes_are_told_apart_by_the_gallery(tmp_path: Path) -> None:
    make(tmp_path, "gallery/ann/1.jpg", "gallery/bob/1.jpg")
    make(tmp_path, "probes/ann/2.jpg", "probes/cy/1.jpg", "probes/cy/2.jpg")
    task = read_open_set(tmp_path)
    assert task.gallery.people == ("ann", "bob")
    assert task.mated.people == ("ann",)
    assert task.non_mated.people == ("cy", "cy")


def test_both_kinds_are_needed(tmp_path: Path) -> None:
    make(tmp_path, "list/ann/1.jpg", "seen/ann/2.jpg")
    with pytest.raises(DataError, match=r"seen: expected probes of somebody who is not"):
        read_open_set(tmp_path, gallery="list", probes="seen")
    make(tmp_path, "other/cy/2.jpg")
    with pytest.raises(DataError, match="expected probes of a person of the gallery"):
        read_open_set(tmp_path, gallery="list", probes="other")
    with pytest.raises(DataError, match="gallery: not a folder"):
        read_open_set(tmp_path)


def test_contradictions() -> None:
    ann = LabelledPhotos((Path("1"),), ("ann",))
    again = LabelledPhotos((Path("2"),), ("ann",))
    cy = LabelledPhotos((Path("3"),), ("cy",))
    assert OpenSet(ann, again, cy).mated is again
    with pytest.raises(InputError, match="mated: cy is not in the gallery"):
        OpenSet(ann, cy, cy)
    with pytest.raises(InputError, match="non_mated: ann is in the gallery"):
        OpenSet(ann, again, again)
    with pytest.raises(InputError, match="1: is enrolled too"):
        OpenSet(ann, ann, cy)
