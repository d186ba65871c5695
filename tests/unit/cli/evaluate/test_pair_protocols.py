"""``facemetric evaluate cfp``, ``bin`` and ``ytf``: what is printed, and how faults are told."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import pytest

from facemetric.datasets import read_bin_pairs
from layouts.small import BIN_PAIRS, CFP_PAIRS, FOLDS, YTF_PAIRS, SmallTrees

from .conftest import QUICK, failure, measured, run


def test_cfp(small_trees: SmallTrees) -> None:
    text = run("cfp", "--data", small_trees.cfp, *QUICK)
    assert text.exit_code == 0, text.output
    assert text.stdout.startswith("CFP, Celebrities in Frontal-Profile")
    assert "\nFF: " in text.stdout
    assert "\nFP: " in text.stdout
    one = measured("cfp", "--data", small_trees.cfp, "--protocol", "fp")
    (part,) = one["parts"]
    assert (one["protocol"], part["name"]) == ("cfp", "FP")
    pairs = CFP_PAIRS * FOLDS
    assert part["counts"]["genuine pairs"] == part["counts"]["impostor pairs"] == pairs
    assert part["figures"][0]["name"] == "accuracy"
    assert f"accuracy {100 * part['figures'][0]['value']:.2f} %" in " ".join(text.stdout.split())


def small_lfw(people_folder: Path, root: Path) -> Path:
    """LFW's layout: two folds of two genuine and two impostor pairs."""
    several = [one for one in sorted(people_folder.iterdir()) if len(list(one.iterdir())) > 1][:4]
    names = [f"Person_{letter}" for letter in "ABCD"]
    for person, name in zip(several, names, strict=True):
        for number, photo in enumerate(sorted(person.iterdir())[:2], start=1):
            target = root / name / f"{name}_{number:04d}.jpg"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(photo, target)
    lines = ["2\t2"]
    for first, second in (names[:2], names[2:]):
        lines += [f"{first}\t1\t2", f"{second}\t1\t2"]
        lines += [f"{first}\t1\t{second}\t1", f"{first}\t2\t{second}\t2"]
    (root / "pairs.txt").write_text("\n".join(lines))
    return root


def test_lfw_aligned_and_the_middle(small_trees: SmallTrees, tmp_path: Path) -> None:
    root = small_lfw(small_trees.people_folder, tmp_path / "lfw")
    found = measured("lfw", "--data", root)
    assert found["conditions"]["faces"] == "central"
    result = run("lfw", "--data", root, "--faces", "centre", *QUICK, "--json")
    document = json.loads(result.stdout)
    (middle,) = document["measured"]
    assert middle["conditions"]["faces"] == "centre"
    assert middle["faces_found"] == middle["photos"] == 8
    assert found["parts"][0]["figures"] != middle["parts"][0]["figures"]
    # Calibrated similarities do not hold for crops: nobody is called one person by them.
    assert "likely person" not in {check["kind"] for check in document["leakage"]["checked"]}


def test_bin(small_trees: SmallTrees, tmp_path: Path) -> None:
    other = shutil.copy(small_trees.bin_file, tmp_path / "agedb_30.bin")
    one = measured("bin", small_trees.bin_file, other)
    assert [part["name"] for part in one["parts"]] == ["lfw", "agedb_30"]
    assert one["faces_found"] == one["photos"]
    assert one["conditions"]["faces"] == "ready"
    first, second = one["parts"]
    assert first["counts"]["genuine pairs"] == BIN_PAIRS * FOLDS
    assert first["figures"] == second["figures"]
    found = measured("bin", small_trees.bin_file, "--faces", "central")
    assert found["conditions"]["faces"] == "central"


def test_ytf(small_trees: SmallTrees) -> None:
    one = measured("ytf", "--data", small_trees.youtube_faces, "--frames", "1")
    (part,) = one["parts"]
    assert part["counts"]["frames"] == part["counts"]["videos"] == one["photos"]
    assert part["counts"]["genuine pairs"] == YTF_PAIRS * FOLDS
    assert one["conditions"]["frames"] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("cfp",),
        ("cfp", "--data", ".", "--protocol", "pp"),
        ("bin",),
        ("bin", "lfw.bin", "--faces", "none"),
        ("ytf",),
        ("ytf", "--data", ".", "--frames", "0"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize("command", ["cfp", "lfw", "ytf"])
def test_an_absent_folder_is_named(command: str) -> None:
    result = run(command, "--data", "no-such-folder")
    assert result.exit_code == 4
    assert result.stderr.startswith("error: no-such-folder")


def test_a_wrong_folder(small_trees: SmallTrees, tmp_path: Path) -> None:
    for command, what in (("cfp", "Protocol/ and Data/"), ("ytf", "YouTubeFaces")):
        result = run(command, "--data", tmp_path)
        assert result.exit_code == 4
        assert result.stderr.startswith("error: ")
        assert what in result.stderr
        error = failure(command, "--data", tmp_path)
        assert error["code"] == "data"
        assert str(tmp_path) in error["item"]
    error = failure("bin", tmp_path / "absent.bin")
    assert (error["code"], error["item"]) == ("data", str(tmp_path / "absent.bin"))


def test_a_missing_photograph(small_trees: SmallTrees, tmp_path: Path) -> None:
    copy = shutil.copytree(small_trees.cfp, tmp_path / "cfp", symlinks=True)
    next(copy.glob("Data/Images/*/frontal/*.jpg")).unlink()
    error = failure("cfp", "--data", copy)
    assert error["code"] == "data"
    assert "missing" in error["cause"]


def test_a_damaged_photograph_is_named(small_trees: SmallTrees, tmp_path: Path) -> None:
    images = list(read_bin_pairs(small_trees.bin_file).images)
    same = read_bin_pairs(small_trees.bin_file).same.tolist()
    images[2] = b"\xff\xd8\xff\xe0 not a picture"
    damaged = tmp_path / "damaged.bin"
    damaged.write_bytes(pickle.dumps((images, same)))
    error = failure("bin", damaged)
    assert (error["code"], error["item"]) == ("decode", "damaged, picture 2")
    copy = shutil.copytree(small_trees.cfp, tmp_path / "cfp", symlinks=True)
    broken = sorted(copy.glob("Data/Images/*/profile/*.jpg"))[0]
    broken.unlink()
    broken.write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    error = failure("cfp", "--data", copy, "--protocol", "fp")
    assert (error["code"], error["item"]) == ("decode", str(broken))


def test_a_list_with_a_wrong_line(small_trees: SmallTrees, tmp_path: Path) -> None:
    copy = shutil.copytree(small_trees.youtube_faces, tmp_path / "ytf")
    with (copy / "splits.txt").open("a") as listing:
        listing.write("1, 99, Nobody\n")
    error = failure("ytf", "--data", copy)
    assert error["code"] == "data"
    assert ", line " in error["item"]


def test_several_bundles_are_compared_on_the_same_pairs(small_trees: SmallTrees) -> None:
    result = run("bin", small_trees.bin_file, *QUICK, "-b", "dlib-resnet-v1", "-b", "absent")
    assert result.exit_code == 4
    assert "absent" in result.stderr
