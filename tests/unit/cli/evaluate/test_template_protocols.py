"""``facemetric evaluate megaface`` and ``ijb``: what is printed, and how faults are told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from layouts.small import SmallTrees

from .conftest import QUICK, failure, measured, run


def test_megaface_of_the_kit(small_trees: SmallTrees) -> None:
    text = run("megaface", "--data", small_trees.megaface, "--training-photos", 9, *QUICK)
    assert text.exit_code == 0, text.output
    assert text.stdout.startswith("MegaFace challenge 1")
    assert "rank-1 among 10 distractors" in text.stdout
    one = measured("megaface", "--data", small_trees.megaface, "--sizes", "10")
    first, ranks, pairs = one["parts"]
    assert first["curves"][0]["kind"] == "distractors"
    assert ranks["figures"][0]["name"] == "rank-1 identification"
    assert pairs["counts"]["distractors"] == first["curves"][0]["x"][-1]
    again = measured("megaface", "--data", small_trees.megaface, "--sizes", "10")
    assert again == one


def test_any_folders_serve(small_trees: SmallTrees) -> None:
    root = small_trees.megaface
    everybody = ("--distractors", small_trees.people_folder)
    probes = ("--probes", root / "facescrub_images")
    # The folder has the probes' people too, whom the rule leaves out: no failure.
    one = measured("megaface", *probes, *everybody, "--sizes", "5,9")
    assert [row["name"] for row in one["parts"][0]["figures"]] == [
        "rank-1 among 9 distractors",
        "rank-1 among 5 distractors",
    ]
    assert one["conditions"]["distractors_left_out"] == len(one["left_out"]) > 0
    assert "who is among the probes" in one["left_out"][0]["cause"]
    assert {row["code"] for row in one["left_out"]} == {"left_out"}
    text = run("megaface", *probes, *everybody, "--sizes", "5,9", *QUICK)
    assert f"left out     {len(one['left_out'])} by the protocol's rules" in text.stdout
    assert text.exit_code == 0


def test_ijb(small_trees: SmallTrees) -> None:
    one = measured("ijb", "--data", small_trees.insightface_ijbc, "--fpir", "0.5")
    assert [part["name"] for part in one["parts"]][:2] == ["1:1", "1:N, mean of both galleries"]
    assert one["faces_found"] == one["photos"]
    assert one["conditions"]["layout"] == "insightface"
    text = run("ijb", "--data", small_trees.ijbc, "--set", "ijbc", "--layout", "nist", *QUICK)
    assert text.exit_code == 0, text.output
    assert text.stdout.startswith("IJB-C (Maze")
    assert "1:N, gallery 2: " in text.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("ijb",),
        ("ijb", "--data", ".", "--set", "ijba"),
        ("ijb", "--data", ".", "--layout", "other"),
        ("megaface", "--data", ".", "--challenge", "3"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (("ijb", "--data", "no-such-folder"), "no-such-folder"),
        (("megaface", "--data", "no-such-folder"), "no-such-folder"),
        (("megaface", "--probes", "no-such", "--distractors", "{people}"), "no-such"),
        (("megaface", "--probes", "{people}", "--distractors", "no-such"), "no-such"),
        (
            ("megaface", "--probes", "{people}", "--distractors", "{people}", "--noise", "no.txt"),
            "no.txt",
        ),
    ],
)
def test_an_absent_path_is_named(
    small_trees: SmallTrees, arguments: tuple[str, ...], absent: str
) -> None:
    result = run(*(one.format(people=small_trees.people_folder) for one in arguments))
    assert result.exit_code == 4
    assert result.stderr.startswith(f"error: {absent}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "expected either --data or --probes"),
        (("--data", ".", "--probes", "."), "expected either --data or --probes"),
        (("--probes", "."), "expected --distractors"),
        (("--data", ".", "--distractors", "."), "--distractors goes with --probes"),
        (("--probes", ".", "--distractors", ".", "--sizes", "ten"), "numbers like 10,100"),
    ],
)
def test_options_that_do_not_go_together(arguments: tuple[str, ...], message: str) -> None:
    result = run("megaface", *arguments)
    assert result.exit_code == 4
    assert message in result.stderr


def test_a_wrong_folder_and_a_missing_list(small_trees: SmallTrees, tmp_path: Path) -> None:
    error = failure("ijb", "--data", tmp_path)
    assert (error["code"], error["item"]) == ("data", str(tmp_path))
    assert "ijbc_1N_probe_mixed.csv" in error["cause"]
    error = failure("megaface", "--data", tmp_path)
    assert str(tmp_path) in error["item"]
    error = failure("megaface", "--data", small_trees.megaface, "--sizes", "777")
    assert "json_777_1" in error["item"]
    kit = tmp_path / "kit"
    shutil.copytree(small_trees.megaface, kit, symlinks=True)
    (kit / "devkit" / "templatelists" / "facescrub_features_list.json").unlink()
    error = failure("megaface", "--data", kit)
    assert "facescrub_features_list.json" in error["item"]


def test_a_damaged_photograph_is_named(small_trees: SmallTrees, tmp_path: Path) -> None:
    kit, templates = tmp_path / "kit", tmp_path / "ijb"
    shutil.copytree(small_trees.megaface, kit)
    broken = next((kit / "megaface_images").rglob("*_1.jpg"))
    broken.write_bytes(b"\xff\xd8\xff\xe0 no picture")
    error = failure("megaface", "--data", kit, "--ignore-noise")
    assert error["code"] == "decode"
    assert broken.name in error["item"]
    shutil.copytree(small_trees.insightface_ijbc, templates)
    (templates / "loose_crop" / "1.jpg").write_bytes(b"")
    error = failure("ijb", "--data", templates)
    assert "1.jpg" in error["item"]
    (templates / "loose_crop" / "1.jpg").unlink()
    error = failure("ijb", "--data", templates)
    assert "1.jpg" in error["cause"]
