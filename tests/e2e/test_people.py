"""Enrol and identify on research photographs, where they are present."""

from __future__ import annotations

from pathlib import Path

import pytest

from facemetric import Recognizer
from facemetric.types import ItemError

pytestmark = pytest.mark.data

WHO = {
    "johnsnow_test1": {"kit_harington"},
    "kit_with_rose": {"kit_harington", "rose_leslie"},
    "obama1": {"obama"},
    "obama_and_biden": {"obama", "biden"},
    "alex_lacamoire1": {"alex_lacamoire"},
}


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(threads=1)


def test_five_people_from_one_photograph_each(
    recognizer: Recognizer, data_root: Path, tmp_path: Path
) -> None:
    train = data_root / "people" / "train"
    with recognizer.open_gallery(tmp_path / "people.db") as gallery:
        for folder in sorted(train.iterdir()):
            photo = sorted(folder.iterdir())[0]
            report = recognizer.enroll(gallery, folder.name, [photo], select="largest")
            assert report.person_id, report.errors
        assert len(gallery) == 5
        photos = sorted((data_root / "people" / "test").iterdir())
        answers = list(recognizer.identify_many(gallery, photos))
    assert len(answers) == len(WHO)
    named: dict[str, set[str]] = {}
    for answer in answers:
        assert not isinstance(answer, ItemError)
        names = {face.name for face in answer.faces if face.name}
        named[Path(answer.photo.source).stem] = names
    # Nobody gets a wrong name; with one photograph each, one of seven may stay unknown.
    for photo, names in named.items():
        assert names <= WHO[photo], photo
    right = sum(len(names) for names in named.values())
    assert right >= sum(map(len, WHO.values())) - 1, named


def test_strangers_from_lfw_stay_unknown(
    recognizer: Recognizer, data_root: Path, tmp_path: Path
) -> None:
    people = sorted(path for path in (data_root / "lfw").iterdir() if path.is_dir())
    enrolled, strangers = people[10:20], people[1000:1040]
    with recognizer.open_gallery(tmp_path / "lfw.db") as gallery:
        for folder in enrolled:
            recognizer.enroll(gallery, folder.name, [min(folder.iterdir())], select="central")
        photos = [min(folder.iterdir()) for folder in strangers]
        answers = list(recognizer.identify_many(gallery, photos, select="central"))
    assert len(answers) == 40
    named = [
        face.name
        for answer in answers
        if not isinstance(answer, ItemError)
        for face in answer.faces
        if face.name
    ]
    assert len(named) <= 2, named
