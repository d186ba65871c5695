from __future__ import annotations

from pathlib import Path

import pytest

from facemetric.errors import DataError
from facemetric.jobs import collect


def files(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def test_identity_folders_by_person_and_name(tmp_path: Path) -> None:
    root = files(tmp_path / "lfw", "b/2.jpg", "b/10.jpg", "a/x.png", "pairs.txt", "a/.hidden.jpg")
    found = collect([str(root)])
    assert found.names == ("a/x.png", "b/10.jpg", "b/2.jpg")
    assert found.photos.people == ("a", "b", "b")
    assert found.photos.paths[1] == root / "b" / "10.jpg"
    assert len(found) == 3


def test_a_folder_with_identities(tmp_path: Path) -> None:
    root = files(tmp_path, "1.jpg", "2.jpg")
    (root / "identities.txt").write_text("1.jpg 7\n2.jpg 5\n")
    found = collect([str(root)])
    assert list(zip(found.names, found.photos.people, strict=True)) == [
        ("2.jpg", "5"),
        ("1.jpg", "7"),
    ]


def test_celeba_subsets_are_merged(tmp_path: Path) -> None:
    files(tmp_path, "celeba299/00007/1.jpg", "celeba10k/1.jpg", "celeba10k/2.jpg")
    (tmp_path / "celeba10k" / "identities.txt").write_text("1.jpg 7\n2.jpg 7\n")
    found = collect([str(tmp_path)])
    assert found.names == ("celeba10k/2.jpg", "celeba299/00007/1.jpg")
    assert set(found.photos.people) == {"7"}


def test_a_list_may_name_what_is_missing(tmp_path: Path) -> None:
    files(tmp_path, "p/1.jpg")
    (tmp_path / "list.csv").write_text("path,person\np/1.jpg,Ann\ngone.jpg,Bob\n")
    found = collect([str(tmp_path / "list.csv")])
    assert found.names == ("p/1.jpg", "gone.jpg")


def test_several_sources_share_people_and_name_their_photographs(tmp_path: Path) -> None:
    first = files(tmp_path / "one", "Ann/1.jpg")
    second = files(tmp_path / "two", "Ann/1.jpg", "Bob/1.jpg")
    found = collect([str(first), str(second)])
    assert found.names == ("one/Ann/1.jpg", "two/Ann/1.jpg", "two/Bob/1.jpg")
    assert found.photos.names == ("Ann", "Bob")
    with pytest.raises(DataError, match="two photographs have this name"):
        collect([str(first), str(first)])


def test_named_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(tmp_path, "lfw/Ann/Ann_0001.jpg")
    monkeypatch.setenv("FACEMETRIC_DATA", str(tmp_path))
    assert collect(["lfw"]).names == ("Ann/Ann_0001.jpg",)
    with pytest.raises(DataError):
        collect(["celeba"])


@pytest.mark.parametrize("source", ["nowhere", "photo.jpg", "empty"])
def test_sources_of_no_form(tmp_path: Path, source: str) -> None:
    files(tmp_path, "photo.jpg")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError) as caught:
        collect([str(tmp_path / source)])
    assert source in (caught.value.item or "")
    assert caught.value.fix


def test_no_sources() -> None:
    with pytest.raises(DataError, match="no sources"):
        collect([])
