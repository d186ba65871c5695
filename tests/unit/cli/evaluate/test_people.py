"""``facemetric evaluate`` on folders of people: folder, open-set, holdout, personal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from facemetric.cli import app
from layouts.small import SmallTrees

QUICK = ("--replicates", "100")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments), *QUICK])


def answer(*arguments: object, code: int = 0) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


@pytest.fixture(scope="module")
def people(samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three people; one photograph shows five faces."""
    root = tmp_path_factory.mktemp("people")
    for person, stems in {
        "Ünï 李": ["obama", "obama2", "obama3"],
        "Joe": ["biden"],
        "Ann": ["grace_hopper"],
    }.items():
        (root / person).mkdir()
        for stem in stems:
            suffix = samples[stem].suffix
            shutil.copyfile(samples[stem], root / person / f"{stem}{suffix}")
    one = cv2.resize(cv2.imread(str(samples["biden"]))[:1100], (350, 450))
    assert cv2.imwrite(str(root / "Joe" / "five.jpg"), np.hstack([one] * 5))
    return root


@pytest.mark.samples
def test_folder(people: Path) -> None:
    result = run("folder", people)
    assert result.exit_code == 0, result.output
    assert "groups: 6 photographs, 3 people" in result.stdout
    assert "No pairs in folds: " in result.stdout
    document = answer("folder", "--data", people)
    (measured,) = document["measured"]
    assert measured["protocol"] == "folder"
    assert measured["left_out"] == []
    assert {part["kind"] for part in measured["parts"]} >= {"verification", "clustering"}


@pytest.mark.samples
def test_what_cannot_be_used_is_named_and_the_rest_goes_on(
    people: Path, samples: dict[str, Path], no_face_photo: Path, tmp_path: Path
) -> None:
    root = tmp_path / "people"
    shutil.copytree(people, root)
    whole = samples["obama"].read_bytes()
    (root / "Joe" / "broken.jpg").write_bytes(whole[: len(whole) // 2])
    shutil.copyfile(no_face_photo, root / "Joe" / "flower.png")
    shutil.copyfile(root / "Joe" / "five.jpg", root / "Joe" / "five again.jpg")
    result = run("personal", "--data", root)
    assert result.exit_code == 3, result.output
    assert "collection: 6 photographs, 3 people" in result.stdout
    for name, cause in {
        "broken.jpg": "truncated",
        "flower.png": "no face was found",
        "five.jpg": "a copy of",
    }.items():
        assert any(f"/{name}: {cause}" in line for line in result.stderr.splitlines())
    (measured,) = answer("personal", "--data", root, code=3)["measured"]
    assert {Path(one["item"]).name: one["code"] for one in measured["left_out"]} == {
        "broken.jpg": "decode",
        "flower.png": "no_face",
        "five.jpg": "data",
    }


@pytest.mark.parametrize(
    "command",
    [("folder",), ("open-set", "--data"), ("holdout", "--data"), ("personal", "--data")],
)
def test_folders_that_give_nothing(command: tuple[str, ...], tmp_path: Path) -> None:
    assert "not a folder" in run(*command, tmp_path / "nowhere").stderr
    assert "no photographs in folders of people" in run(*command, tmp_path).stderr
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "1.jpg").write_bytes(b"no picture")
    result = run(*command, tmp_path)
    assert result.exit_code == 4
    assert "1.jpg" in result.stderr
    assert "none of 1 photographs can be used" in result.stderr
    document = answer(*command, tmp_path, code=4)
    assert [Path(one["item"]).name for one in document["errors"]] == ["1.jpg"]


@pytest.mark.samples
@pytest.mark.parametrize(
    ("command", "cause"),
    [
        ("open-set", "an open set needs"),
        ("holdout", "5 splits need"),
        ("personal", "3 people are needed"),
    ],
)
def test_one_person_is_too_few(
    command: str, cause: str, samples: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "ann").mkdir()
    shutil.copyfile(samples["obama"], tmp_path / "ann" / "1.jpg")
    result = run(command, "--data", tmp_path)
    assert result.exit_code == 4
    assert cause in result.stderr


def test_a_folder_is_named_once(tmp_path: Path) -> None:
    for arguments in (["folder"], ["folder", tmp_path, "--data", tmp_path]):
        result = run(*arguments)
        assert result.exit_code == 4
        assert "expected one folder" in result.stderr


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--bundle", "nope"), 4, "no such bundle"),
        (("--far", "0"), 2, "0 is no rate between 0 and 1"),
        (("--fpir", "1"), 2, "1 is no rate between 0 and 1"),
        (("--groups", "nowhere.csv"), 4, "Add --report FOLDER"),
        (("--groups", "nowhere.csv", "--report", "out"), 4, "nowhere.csv: it cannot be read"),
        (("--training", "nowhere"), 4, "nowhere: not a folder"),
        (("--report", "filled"), 4, "it holds files that are no report"),
    ],
)
def test_wrong_options_are_refused_before_the_work(
    options: tuple[str, ...],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "filled").mkdir()
    (tmp_path / "filled" / "mine.txt").touch()
    # The folder is absent too: whatever looks at the photographs would say that first.
    result = run("folder", "absent", *options)
    assert result.exit_code == code
    assert said in result.stderr


def test_open_set_and_holdout(small_trees: SmallTrees) -> None:
    (watch,) = answer("open-set", "--data", small_trees.open_set)["measured"]
    assert [part["name"] for part in watch["parts"]] == ["open set", "calibrated decision, 1:N"]
    (held,) = answer("holdout", "--data", small_trees.people_folder, "--splits", 2)["measured"]
    assert held["conditions"]["splits"] == 2
    assert held["parts"][0]["counts"]["splits"] == 2
