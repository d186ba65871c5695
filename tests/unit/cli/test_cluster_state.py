from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from facemetric.cli import app

pytestmark = pytest.mark.samples


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["cluster", *map(str, arguments)])


def answer(*arguments: object, code: int = 0) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def groups(document: dict[str, Any]) -> dict[int, set[str]]:
    return {
        group["label"]: {Path(face["name"]).stem for face in group["faces"]}
        for group in document["groups"]
    }


@pytest.fixture
def photos(samples: dict[str, Path], tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for stem in ("obama", "obama2", "biden"):
        shutil.copy(samples[stem], folder)
    return folder


def test_photographs_join_what_is_kept_and_corrections_hold(
    photos: Path, samples: dict[str, Path], tmp_path: Path
) -> None:
    state = tmp_path / "groups.db"
    one, two = photos / "obama.jpg", photos / "obama2.jpg"
    biden = photos / "biden.jpg"
    first = answer(photos, "--state", state, "--threshold", 0.93)
    assert groups(first) == {0: {"obama", "obama2"}, -1: {"biden"}}
    assert first["threshold"]["similarity"] == 0.93
    assert first["state"]["new_photos"] == 3 and first["state"]["new_groups"] == 1

    # One more photograph: the others are not looked at again.
    shutil.copy(samples["obama3"], photos)
    page = tmp_path / "groups.html"
    second = answer(photos, "--state", state, "--html", page)
    assert groups(second) == {0: {"obama", "obama2", "obama3"}, -1: {"biden"}}
    told = second["state"]
    assert (told["new_photos"], told["known_photos"], told["joined_faces"]) == (1, 3, 1)
    assert "Group 1" in page.read_text(encoding="utf-8")

    split = answer("--state", state, "--different", one, two)
    assert not any({"obama", "obama2"} <= names for names in groups(split).values())
    merged = answer("--state", state, "--same", two, biden)
    assert any({"obama2", "biden"} <= names for names in groups(merged).values())
    result = run("--state", state, "--same", one, biden)
    assert result.exit_code == 4
    assert f" = {biden} = " in result.stderr and "different people" in result.stderr
    anew = answer(photos, "--state", state, "--regroup")
    assert any({"obama2", "biden"} <= names for names in groups(anew).values())
    assert not any({"obama", "obama2"} <= names for names in groups(anew).values())
    assert [one["same"] for one in anew["state"]["corrections"]].count(True) == 1

    answer("--state", state, "--withdraw", two, biden)
    answer("--state", state, "--withdraw", one, two)
    back = answer("--state", state, "--regroup")
    assert set(map(frozenset, groups(back).values())) == {
        frozenset({"obama", "obama2", "obama3"}),
        frozenset({"biden"}),
    }
    gone = answer("--state", state, "--forget", biden)
    assert -1 not in groups(gone) and gone["state"]["faces"] == 3
    assert biden.name.encode() not in state.read_bytes()


def test_a_photograph_that_changed_is_looked_at_again(photos: Path, tmp_path: Path) -> None:
    state = tmp_path / "groups.db"
    answer(photos / "obama.jpg", photos / "obama2.jpg", "--state", state)
    shutil.copy(photos / "biden.jpg", photos / "obama2.jpg")
    (photos / "bad.jpg").write_bytes(b"no picture")
    result = run(photos, "--state", state)
    assert result.exit_code == 3 and "bad.jpg" in result.stderr
    assert "2 new photographs" in result.stdout or "3 new photographs" in result.stdout
    assert "1 known" in result.stdout


def test_options_that_do_not_fit(photos: Path, tmp_path: Path) -> None:
    state = tmp_path / "groups.db"
    for options in (
        (photos, "--regroup"),
        (photos, "--forget", "a.jpg"),
        (photos, "--same", "a.jpg", "b.jpg"),
        (photos, "--state", state, "--method", "k-means"),
        (photos, "--state", state, "--people", 2),
        (),
    ):
        result = run(*options)
        assert result.exit_code == 2, result.output
    absent = run("--state", state)
    assert absent.exit_code == 4 and "there is no such file" in absent.stderr
    assert not state.exists()
    answer(photos / "obama.jpg", "--state", state)
    other = run(photos / "obama.jpg", "--state", state, "--threshold", 0.99)
    assert other.exit_code == 4 and "--regroup" in other.stderr
    unknown = run("--state", state, "--forget", photos / "nobody.jpg")
    assert unknown.exit_code == 4 and "is no photograph of these groups" in unknown.stderr
    mirrored = run("--state", state, "--no-flip")
    assert mirrored.exit_code == 4 and "holds embeddings of flip True" in mirrored.stderr
