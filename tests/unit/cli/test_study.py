"""``facemetric study``: what is printed, written and refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from facemetric.cli import app
from facemetric.evaluation.studies import STUDIES
from layouts.small import SmallTrees

QUICK = ("--no-flip", "--replicates", "100", "--threads", "1")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["study", *map(str, arguments), *QUICK])


def test_a_study_of_photographs(small_trees: SmallTrees, tmp_path: Path) -> None:
    out = tmp_path / "report"
    result = run(
        "jpeg", "--protocol", "bin", "--data", small_trees.bin_file, "-l", 90, "-l", 10,
        "--report", out,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0][:2] == ["JPEG", "quality:"]
    assert [line[0] for line in lines[4:7]] == ["10", "90", "unchanged"]
    assert lines[4][-2:] == ["67.3", "%"]
    assert "FaceNet, table 4" in result.stdout
    assert f"report: {out / 'index.html'}" in result.stderr
    document = json.loads((out / "study.json").read_text())
    assert [one["level"] for one in document["studied"][0]["levels"]] == [10, 90]
    assert list((out / "plots").glob("*.svg")) and list((out / "plots").glob("*.png"))


def test_json(small_trees: SmallTrees) -> None:
    result = run(
        "dimension", "--protocol", "bin", "--data", small_trees.bin_file, "-l", 8, "--json"
    )
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["schema"] == "facemetric.study/1"
    (one,) = document["studied"]
    assert one["bundle"] == "dlib-resnet-v1"
    assert one["levels"][0]["measured"]["protocol"] == "bin"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("jepg",), "jepg: no such study. Did you mean 'jpeg'?"),
        (("jpeg", "--protocol", "lwf"), "lwf: no such protocol. Did you mean 'lfw'?"),
        (("jpeg", "-l", "0"), "jpeg: expected a whole number in [1, 100], got 0"),
        (("jpeg", "-l", "9", "-l", "9"), "jpeg: expected each level once, got 9, 9"),
        (("dimension", "-l", "129"), "from 2 to the bundle's 128 dimensions, got 129"),
        (("blur", "--protocol", "bin", "--data", "absent"), "no data for bin"),
        (("blur", "--groups", "list.csv"), "--groups: a study makes no such comparison"),
        (("blur", "--training", "people"), "--training: a study makes no such comparison"),
    ],
)
def test_refused(arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 4, result.output
    assert said in result.stderr
    document = json.loads(run(*arguments, "--json").stdout)
    assert document["error"]["cause"]


def test_help_names_every_study() -> None:
    text = " ".join(CliRunner().invoke(app, ["study", "--help"]).output.split())
    assert len(STUDIES) == 8
    for name in STUDIES:
        assert name in text
