"""Files, folders and globs: order, links, loops, and what gives nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import SourceError
from facemetric.images import IMAGE_SUFFIXES, find_images


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.jpg", "a.PNG", "notes.txt", ".hidden.jpg", "sub/c.webp", "sub/deep/d.tif"):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "photos"


def names(folder: Path, *sources: str | Path, **options: bool) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in find_images(sources, **options)]


def test_folders_are_walked_in_order(folder):
    assert names(folder, folder) == ["a.PNG", "b.jpg", "sub/c.webp", "sub/deep/d.tif"]
    assert names(folder, folder, recursive=False) == ["a.PNG", "b.jpg"]


def test_a_named_file_is_taken_whatever_its_suffix(folder):
    assert names(folder, folder / "notes.txt", str(folder / "b.jpg")) == ["notes.txt", "b.jpg"]


def test_sources_keep_their_order_and_nothing_comes_twice(folder):
    wanted = ["sub/c.webp", "sub/deep/d.tif", "b.jpg", "a.PNG"]
    assert names(folder, folder / "sub", folder / "b.jpg", folder) == wanted


def test_globs(folder):
    assert names(folder, folder / "*.jpg") == ["b.jpg"]
    assert names(folder, folder / "*") == ["a.PNG", "b.jpg", "sub/c.webp", "sub/deep/d.tif"]
    assert names(folder, str(folder / "**" / "*.tif")) == ["sub/deep/d.tif"]
    assert names(folder, folder / "[ab].*") == ["a.PNG", "b.jpg"]
    assert names(folder, folder / "*.txt") == ["notes.txt"]
    assert names(folder, folder / ".*.jpg") == [".hidden.jpg"]


def test_relative_globs(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert [str(path) for path in find_images(["*.jpg", "sub/*.webp"])] == ["b.jpg", "sub/c.webp"]


def test_a_file_whose_name_looks_like_a_glob(folder):
    (folder / "a[1].jpg").touch()
    assert names(folder, folder / "a[1].jpg") == ["a[1].jpg"]


def test_links_are_followed_but_never_in_circles(folder):
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "sub" / "self").symlink_to(folder / "sub")
    (folder / "elsewhere").mkdir()
    assert names(folder, folder) == ["a.PNG", "b.jpg", "sub/c.webp", "sub/deep/d.tif"]
    assert names(folder, folder / "**" / "*.tif") == ["sub/deep/d.tif"]
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "e.gif").touch()
    (folder / "linked").symlink_to(outside)
    assert "linked/e.gif" in names(folder, folder)


def test_links_that_lead_nowhere_are_left_to_the_decoder(folder):
    (folder / "gone.jpg").symlink_to(folder / "absent")
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")
    assert {"gone.jpg", "loop.jpg"} <= set(names(folder, folder))


def test_very_deep_folders(tmp_path):
    deep = tmp_path / Path(*["d"] * 1500)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        for _ in range(1500):
            Path("d").mkdir()
            os.chdir("d")
        Path("a.jpg").touch()
    assert list(find_images([tmp_path])) == [deep / "a.jpg"]
    (deep / "a.jpg").unlink()  # what removes tmp_path cannot go so deep
    (tmp_path / "stop").touch()
    os.removedirs(deep)


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("absent", "no such file or folder"),
        ("absent/*.jpg", "matches nothing"),
        ("*.nothing", "matches nothing"),
        ("empty", "no pictures.*jpg"),
        ("a\0b", "cannot be read|no such file"),
        ("x" * 5000, "cannot be read|no such file"),
        ("loop", "cannot be read"),
    ],
)
def test_what_gives_nothing_is_named(name, cause, folder):
    (folder / "empty").mkdir()
    (folder / "loop").symlink_to(folder / "loop")
    source = str(folder / name)
    with pytest.raises(SourceError, match=cause) as caught:
        list(find_images([source]))
    assert caught.value.item == source


def test_unreadable_folders_are_named_and_the_walk_can_go_on(folder, monkeypatch):
    scandir = os.scandir

    def refuse(path: str | Path) -> object:  # permissions mean nothing to root
        if Path(path).name == "sub":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(SourceError, match="Permission denied") as caught:
        list(find_images([folder]))
    assert caught.value.item == str(folder / "sub")
    errors: list[SourceError] = []
    found = list(find_images([folder, folder / "absent"], on_error=errors.append))
    assert [path.name for path in found] == ["a.PNG", "b.jpg"]
    assert [error.item for error in errors] == [str(folder / "sub"), str(folder / "absent")]


@given(st.sets(st.text("ab1é김", min_size=1, max_size=4), min_size=1, max_size=8))
@settings(deadline=None, max_examples=25)
def test_every_picture_is_found_once_and_in_order(tmp_path_factory, stems):
    folder = tmp_path_factory.mktemp("many")
    for stem in stems:
        (folder / f"{stem}.jpg").touch()
    found = list(find_images([folder, folder / "*.jpg"]))
    assert [path.name for path in found] == sorted(f"{stem}.jpg" for stem in stems)


def test_suffixes_are_lower_case():
    assert {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".gif", ".heic"} <= IMAGE_SUFFIXES
    assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in IMAGE_SUFFIXES)
