"""What sources stand for, and what their names give."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from facemetric.errors import DependencyError, PixelLimitError, SourceError
from facemetric.jobs.embedding import list_photographs, photographs
from facemetric.jobs.embedding.photographs import PhotoReader

NAMES = ("a/1.jpg", "a/é [2].PNG", "b c/3.webp", "4.jpg")
OTHERS = ("a/notes.txt", ".hidden/5.jpg", "a/.6.jpg")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "photos"
    for name in (*NAMES, *OTHERS):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return root


@pytest.fixture
def archive(folder: Path) -> Path:
    path = folder.parent / "photos.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name in (*NAMES, *OTHERS):
            file.write(folder / name, name)
    return path


@pytest.fixture
def memory(folder: Path) -> Iterator[str]:
    files = fsspec.filesystem("memory")
    for name in (*NAMES, *OTHERS):
        files.pipe(f"/list-test/{name}", name.encode())
    yield "memory://list-test"
    files.rm("/list-test", recursive=True)


def contents(names: list[str], base: Path) -> list[str]:
    reader = PhotoReader(base)
    read = [reader.read(name) for name in names]
    return [one.decode() if isinstance(one, bytes) else one.read_text("utf-8") for one in read]


def test_a_folder_in_every_way_gives_the_same(folder: Path, archive: Path, memory: str) -> None:
    for source in (
        str(folder),
        f"file://{folder}",
        memory,
        f"zip://::{archive}",
        f"zip://::file://{archive}",
        f"simplecache::{memory}",
    ):
        names = list_photographs([source])
        assert sorted(contents(names, folder)) == sorted(NAMES), source


def test_patterns_and_folders_inside(
    folder: Path, archive: Path, memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = ["a/1.jpg", "a/é [2].PNG"]
    for source in (f"{memory}/a", f"{memory}/a/*", f"{memory}/a*", f"zip://a::{archive}"):
        assert contents(list_photographs([source]), folder) == wanted, source
    for source in (f"{memory}/**/*.jpg", f"zip://**/*.jpg::{archive}"):
        found = contents(list_photographs([source]), folder)
        assert sorted(found) == ["4.jpg", "a/1.jpg"], source
    monkeypatch.chdir(folder.parent)
    assert list_photographs(["photos/*.jpg"]) == ["photos/4.jpg"]
    names = list_photographs(["zip://::photos.zip"])
    assert names[0] == "zip://4.jpg::photos.zip"
    monkeypatch.chdir("/")
    assert sorted(contents(names, folder.parent)) == sorted(NAMES)


def test_one_photograph_is_not_looked_for(memory: str) -> None:
    absent = ["gone.jpg", f"{memory}/gone.jpg", "folder/also gone.PNG"]
    assert list_photographs(absent) == absent
    reader = PhotoReader(Path("/somewhere"))
    assert reader.read("gone.jpg") == Path("/somewhere/gone.jpg")
    with pytest.raises(SourceError, match="no such file"):
        reader.read(absent[1])


def test_a_name_with_brackets_is_one_photograph(folder: Path, memory: str) -> None:
    assert contents(list_photographs([f"{memory}/a/é [2].PNG"]), folder) == ["a/é [2].PNG"]
    assert contents(list_photographs([str(folder / "a/é [2].PNG")]), folder) == ["a/é [2].PNG"]


def test_a_file_whose_name_looks_like_an_address(tmp_path: Path) -> None:
    (tmp_path / "a::b.jpg").write_bytes(b"x")
    for source in (tmp_path, tmp_path / "a::b.jpg"):
        (name,) = list_photographs([source])
        assert PhotoReader(Path("/")).read(name) == tmp_path / "a::b.jpg"


def test_each_photograph_once(folder: Path) -> None:
    again = [str(folder), str(folder / "4.jpg"), str(folder / "a")]
    assert len(list_photographs(again)) == len(NAMES)


@pytest.mark.skipif(os.name == "nt", reason="names there are text")
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xe9.jpg"))).write_bytes(b"x")
    (name,) = list_photographs([tmp_path])
    assert PhotoReader(Path("/")).read(name).read_bytes() == b"x"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("memory://nothing-here", "no pictures in it"),
        ("nosuch://bucket/x", "cannot be read: Protocol not known: nosuch"),
        ("zip://::/nowhere/photos.zip", "cannot be read: No such file"),
        ("sftp://me:secret@host/photos", "has a password"),
        ("/nowhere/at/all", "no such file or folder"),
        ("/nowhere/*.jpg", "the pattern matches nothing"),
    ],
)
def test_what_cannot_be_listed(source: str, says: str) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        list_photographs([source])
    assert "secret" not in str(caught.value)


def test_lists_and_archives_are_written_otherwise(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"Give zip://::/.*photos\.zip for those of an archive"):
        list_photographs([archive])
    (tmp_path / "list.txt").write_text("a.jpg")
    with pytest.raises(SourceError, match=r"its lines; on the command line @/.*list\.txt"):
        list_photographs([tmp_path / "list.txt"])


def test_an_archive_that_is_none(folder: Path, archive: Path) -> None:
    (names) = list_photographs([f"zip://::{archive}"])
    archive.write_bytes(archive.read_bytes()[:200])
    with pytest.raises(SourceError, match="cannot be read"):
        PhotoReader(folder).read(names[0])
    with pytest.raises(SourceError, match="cannot be read"):
        list_photographs([f"zip://::{archive}"])


def test_a_file_system_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", missing)
    with pytest.raises(DependencyError, match="Install s3fs"):
        list_photographs(["s3://bucket/photos/"])


def test_too_many_bytes(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photographs, "MAX_PIXELS", -(64 << 20) // 8)
    with pytest.raises(PixelLimitError):
        PhotoReader(Path()).read(f"{memory}/4.jpg")
