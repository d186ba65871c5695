"""``facemetric embed``: answers, exit codes, lists."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from facemetric.cli import app
from facemetric.jobs.embedding import read_embeddings
from layouts.portraits import build_portraits


@pytest.fixture(scope="module")
def portraits(
    samples: dict[str, Path], no_face_photo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    return build_portraits(tmp_path_factory.mktemp("set") / "portraits", samples, no_face_photo)


def embed(*words: object) -> Result:
    return CliRunner().invoke(app, ["embed", *map(str, words), "--workers", "1"])


def test_some_photographs_fail(portraits: Path, tmp_path: Path) -> None:
    ran = embed(portraits, tmp_path / "out", "--json")
    assert ran.exit_code == 3
    answer = json.loads(ran.stdout)
    assert answer["schema"] == "facemetric.embed/1"
    assert (answer["photographs"], answer["faces"], answer["without_face"]) == (10, 10, 1)
    assert (answer["failed"], answer["encoding"]) == ({"decode": 3}, "f32")
    assert [error["code"] for error in answer["errors"]] == ["decode"] * 3
    again = embed(portraits, tmp_path / "out")
    assert again.exit_code == 3
    assert "10 faces of 10 photographs" in again.stdout
    assert "1, 0 of them new" in again.stdout
    assert again.stderr.count("failed: ") == 3


def test_a_list_and_the_largest_face(portraits: Path, tmp_path: Path) -> None:
    listing = tmp_path / "list.txt"
    listing.write_text(f"{portraits}/b/five.jpg\n\n{portraits}/a\n", encoding="utf-8")
    ran = embed(f"@{listing}", tmp_path / "out", "--select", "largest", "--codes", "--no-flip")
    assert ran.exit_code == 0, ran.stderr
    assert "one byte a dimension\n" in ran.stdout
    read = read_embeddings(tmp_path / "out")
    assert [Path(name).name for name in read.source] == [
        "five.jpg",
        "biden.jpg",
        "obama.jpg",
        "obama2.jpg",
    ]


def test_nothing_could_be_done(portraits: Path, tmp_path: Path) -> None:
    assert embed(portraits / "text.jpg", tmp_path / "out").exit_code == 4
    (tmp_path / "empty").mkdir()
    ran = embed(tmp_path / "empty", tmp_path / "out2", "--json")
    assert ran.exit_code == 4
    assert json.loads(ran.stdout)["error"]["code"] == "source"
    ran = embed(portraits / "a", tmp_path / "out")
    assert ran.exit_code == 4
    assert "--replace" in ran.stderr
    assert embed(portraits / "a", tmp_path / "out", "--replace").exit_code == 0


def test_stopped_by_its_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("facemetric.jobs.embedding.embed_photos", stopped)
    ran = embed("a.jpg", tmp_path / "out")
    assert ran.exit_code != 0
    assert "the same command goes on" in ran.stderr
