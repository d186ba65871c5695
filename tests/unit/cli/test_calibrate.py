from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from facemetric.bundle import open_bundle
from facemetric.cli import app
from facemetric.cli.calibrating import check_own_judge
from facemetric.errors import CalibrationError


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(item) for item in arguments])


def answer(*arguments: object, code: int = 0) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


@pytest.fixture(scope="module")
def folder(data_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirteen people with three photographs each; one is there under two names."""
    target = tmp_path_factory.mktemp("people")
    people = sorted(path for path in (data_root / "celeba299").iterdir() if path.is_dir())
    for person in people[:13]:
        (target / person.name).mkdir()
        for photo in sorted(person.iterdir())[:3]:
            shutil.copy(photo, target / person.name / photo.name)
    twin = target / "twin"
    twin.mkdir()
    first = sorted((target / people[0].name).iterdir())[0]
    shutil.copy(first, twin / "again.jpg")
    return target


@pytest.mark.data
def test_a_copy_is_calibrated_and_used(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "copy"
    options = ("--no-flip", "--min-face", 20, "--replicates", 20, "--out", out)
    document = answer("calibrate", folder, *options, "--notes", "Not trained on them.")
    assert document["schema"] == "facemetric.calibrate/1"
    assert document["saved"] == str(out)
    assert "twin" in document["left_out"]["doubled"]
    assert document["people"] + len(document["left_out"]["doubled"]) == 14
    assert document["points"][0]["far"] == 0.1
    assert document["points"][-1]["far"] >= 10 / document["points"][0]["impostor_pairs"]
    assert [one["gallery"] for one in document["beyond"]] == [1_000, 10_000, 100_000, 1_000_000]
    assert all(one["similarity"] is None for one in document["beyond"])
    assert "needs" in document["beyond"][0]["why"]

    bundle = open_bundle(out)
    assert bundle.id == "dlib-resnet-v1"
    mine, other = bundle.manifest.calibrations
    assert (mine.flip, other.flip) == (False, True)
    assert mine.people == document["people"]
    assert [one.flip for one in bundle.manifest.spreads] == [True]
    assert mine.notes.endswith("Not trained on them.")
    one = next(next(folder.iterdir()).iterdir())
    compared = answer(
        "verify", one, one, "--bundle", out, "--no-flip", "--min-face", 20, "--far", 0.1
    )
    assert mine.data in compared["threshold"]["source"]
    assert compared["odds"]["rate_text"].startswith("fewer than 1 in ")

    again = answer("calibrate", folder, *options, code=4)
    assert "is taken" in again["error"]["cause"]
    text = run("calibrate", folder, *options, "--replace")
    assert text.exit_code == 0, text.output
    assert f"written: {out}" in text.stdout
    assert "One against many: too few people" in text.stdout


@pytest.mark.data
def test_a_bundle_in_a_folder_is_not_written_over_unasked(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "copy"
    small = ("--no-flip", "--min-face", 20, "--replicates", 20)
    answer("calibrate", folder, *small, "--out", out)
    refused = answer("calibrate", folder, *small, "--bundle", out, code=4)
    assert "without flip averaging" in refused["error"]["cause"]
    before = (out / "bundle.json").read_bytes()
    measured = answer("calibrate", folder, *small, "--bundle", out, "--dry-run")
    assert measured["saved"] is None
    assert (out / "bundle.json").read_bytes() == before
    written = answer(
        "calibrate", folder, *small, "--bundle", out, "--replace", "--data-name", "ours"
    )
    assert written["saved"] == str(out)
    assert open_bundle(out).manifest.calibrations[0].data == "ours"


def test_what_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    document = answer("calibrate", tmp_path / "nobody", code=4)
    assert "is built in" in document["error"]["cause"]
    assert "--out" in document["error"]["fix"]
    document = answer("calibrate", tmp_path / "nobody", "--name", "dlib-resnet-v1", code=4)
    assert "built-in bundle's name" in document["error"]["cause"]
    both = answer("calibrate", tmp_path, "--name", "a", "--out", tmp_path / "b", code=4)
    assert "exclude each other" in both["error"]["cause"]


def test_a_folder_without_people_is_refused(tmp_path: Path) -> None:
    document = answer("calibrate", tmp_path, "--out", tmp_path / "b", code=4)
    assert document["error"]["code"] == "data"
    assert not (tmp_path / "b").exists()


def test_a_weak_bundle_is_no_judge_of_itself() -> None:
    check_own_judge("mine", doubled=5, people=20)
    with pytest.raises(CalibrationError, match=r"mine: takes 100 of 120 people.*--judge"):
        check_own_judge("mine", doubled=100, people=120)
