from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from facemetric.datasets import LabelledPhotos, read_identity_folders
from facemetric.evaluation import CentralFaceFinder, screen
from facemetric.evaluation.digests import Digests
from layouts.small import SmallTrees

DIGESTS = Digests(None)


@pytest.fixture(scope="module")
def finder() -> CentralFaceFinder:
    return CentralFaceFinder(min_face_px=20)


@pytest.fixture
def folder(samples: dict[str, Path], no_face_photo: Path, tmp_path: Path) -> Path:
    for person, stems in {
        "Ann Ö": ["obama", "obama2"],
        "béla": ["biden"],
        "李": ["obama3"],
    }.items():
        (tmp_path / person).mkdir()
        for stem in stems:
            shutil.copyfile(samples[stem], tmp_path / person / f"{stem}.jpg")
    return tmp_path


@pytest.mark.samples
def test_what_can_be_used_stays_in_its_order(folder: Path, finder: CentralFaceFinder) -> None:
    photos = read_identity_folders(folder)
    screened = screen(photos, finder, digests=DIGESTS)
    assert screened.photos.paths == photos.paths
    assert screened.photos.people == photos.people
    assert screened.left_out == ()


@pytest.mark.samples
def test_each_that_cannot_is_named_with_its_cause_and_a_way_out(
    folder: Path, finder: CentralFaceFinder, samples: dict[str, Path], no_face_photo: Path
) -> None:
    whole = samples["biden"].read_bytes()
    wanted = {
        "broken.jpg": ("decode", ""),
        "empty.jpg": ("decode", ""),
        "flower.png": ("no_face", "no face was found"),
        "folder.jpg": ("data", "not a file"),
        "gone.jpg": ("data", "not a file"),
        "text.jpg": ("decode", ""),
    }
    person = folder / "béla"
    (person / "broken.jpg").write_bytes(whole[: len(whole) // 3])
    (person / "empty.jpg").write_bytes(b"")
    shutil.copyfile(no_face_photo, person / "flower.png")
    (person / "folder.jpg").mkdir()
    (person / "gone.jpg").symlink_to(folder / "nowhere.jpg")
    (person / "text.jpg").write_text("no picture", encoding="utf-8")
    screened = screen(read_identity_folders(folder), finder, digests=DIGESTS)
    assert len(screened.photos) == 4
    assert {Path(one.item).name for one in screened.left_out} == set(wanted)
    for one in screened.left_out:
        code, cause = wanted[Path(one.item).name]
        assert one.code == code
        assert cause in one.cause
        assert one.fix or one.code == "decode"
    kept = screen(read_identity_folders(folder), finder, need_face=False, digests=DIGESTS)
    assert len(kept.photos) == 5


@pytest.mark.samples
def test_copies(folder: Path, finder: CentralFaceFinder, samples: dict[str, Path]) -> None:
    shutil.copyfile(samples["obama"], folder / "Ann Ö" / "obama again.jpg")
    shutil.copyfile(samples["obama3"], folder / "béla" / "whose.jpg")
    photos = read_identity_folders(folder)
    screened = screen(photos, finder, digests=DIGESTS)
    assert {Path(one.item).name: one.cause.split(":")[0] for one in screened.left_out} == {
        "obama.jpg": f"a copy of {folder / 'Ann Ö' / 'obama again.jpg'}",
        "whose.jpg": "the same file is under another person",
        "obama3.jpg": "the same file is under another person",
    }
    assert screened.photos.names == ("Ann Ö", "béla")
    assert len(screen(photos, finder).photos) == len(photos)


def test_nothing_is_left(tmp_path: Path, finder: CentralFaceFinder) -> None:
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "1.jpg").write_bytes(b"")
    screened = screen(read_identity_folders(tmp_path), finder, digests=DIGESTS)
    assert len(screened.photos) == 0
    assert len(screened.left_out) == 1
    assert screen(LabelledPhotos((), ()), finder, digests=DIGESTS).left_out == ()


def test_the_faulty_folder(small_trees: SmallTrees, finder: CentralFaceFinder) -> None:
    screened = screen(read_identity_folders(small_trees.faulty_folder), finder, digests=DIGESTS)
    assert {"broken.jpg", "no-face.jpg", "twin.jpg"} <= {
        Path(one.item).name for one in screened.left_out
    }
