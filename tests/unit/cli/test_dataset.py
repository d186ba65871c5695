from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import pytest
from typer.testing import CliRunner, Result

from facemetric.cli import app
from facemetric.cli.dataset_view import write_dataset_page
from facemetric.datasets.shards import ShardSource
from facemetric.wire import DatasetOut

pytestmark = pytest.mark.samples


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["dataset", *(str(item) for item in arguments)])


@pytest.fixture(scope="module")
def people(samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("people")
    for stem in ("obama", "obama2", "obama3", "biden"):
        photo = cv2.imread(str(samples[stem]))
        scale = 400 / max(photo.shape[:2])
        small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        path = root / stem.rstrip("23") / f"{stem}.png"
        path.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(path), small)
    return root


@pytest.fixture
def faulty(people: Path, tmp_path: Path) -> Path:
    root = tmp_path / "faulty"
    shutil.copytree(people, root)
    (root / "biden" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    shutil.copy(root / "obama" / "obama.png", root / "obama" / "twin.png")
    return root


def answer(*arguments: object, code: int = 0) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_a_folder_of_people_becomes_a_pack(people: Path, tmp_path: Path) -> None:
    result = run(people, tmp_path / "pack")
    assert result.exit_code == 0, result.output
    assert "images           4 of 2 people" in result.stdout
    assert "left out         0\n" in result.stdout
    assert len(ShardSource(tmp_path / "pack")) == 4


def test_what_cannot_be_read_is_named_and_the_rest_is_done(faulty: Path, tmp_path: Path) -> None:
    result = run(faulty, tmp_path / "pack")
    assert result.exit_code == 3
    assert "failed: biden/broken.jpg: truncated JPEG" in result.stderr
    assert "1 failed, 4 done" in result.stderr
    assert "copy                    1" in result.stdout


def test_json_says_the_same(faulty: Path, tmp_path: Path) -> None:
    document = answer(faulty, tmp_path / "pack", "--label-noise", code=3)
    parsed = DatasetOut.model_validate(document)
    assert document["schema"] == "facemetric.dataset/1"
    assert document["card"] == json.loads((tmp_path / "pack" / "dataset.json").read_bytes())
    assert {one.source: one.reason for one in parsed.left_out} == {
        "biden/broken.jpg": "unreadable",
        "obama/twin.png": "copy",
    }
    assert parsed.label_noise is not None
    assert parsed.label_noise.judged == 3


def test_a_page_shows_what_there_is(faulty: Path, tmp_path: Path) -> None:
    shutil.move(faulty / "obama" / "obama3.png", faulty / "biden" / "obama3.png")
    page = tmp_path / "page.html"
    document = answer(faulty, tmp_path / "pack", "--label-noise", "--report", page, code=3)
    text = page.read_text(encoding="utf-8")
    assert "What it holds" in text
    assert "biden/broken.jpg" in text
    assert "Labels to look at" in text
    noise = document["label_noise"]
    noise["suspects"] = [
        {
            "source": "biden/obama3.png",
            "person": "biden",
            "own": 0.7,
            "others": 1,
            "nearest": 0.95,
            "like": "obama",
        }
    ]
    noise["alike"] = [{"first": "biden", "second": "obama", "similarity": 0.99}]
    write_dataset_page(page, DatasetOut.model_validate(document))
    text = page.read_text(encoding="utf-8")
    assert text.count("data:image/jpeg") == 1 + 1 + 2 + 2 + 2
    assert "0.700 to the person&#x27;s other image, 0.950 to obama" in text
    assert "biden and obama" in text


def test_labels_are_judged_among_several_people(people: Path, tmp_path: Path) -> None:
    result = run(people, tmp_path / "pack", "--min-images", 2, "--label-noise")
    assert result.exit_code == 4
    assert "the pack itself is finished" in result.stderr.lower()
    assert len(ShardSource(tmp_path / "pack")) == 3


def test_options_reach_the_pack(people: Path, tmp_path: Path) -> None:
    listed = tmp_path / "without.txt"
    listed.write_text("obama/obama.png\n")
    document = answer(
        people,
        tmp_path / "pack",
        *("--template", "arcface-112x96", "--min-face", 30, "--min-images", 2),
        *("--min-size", 20, "--min-score", 0.5, "--min-sharpness", 1, "--max-yaw", 80),
        *("--max-pitch", 80, "--max-roll", 80, "--without", listed, "--no-dedupe"),
        *("--no-cache", "--workers", 1, "--keep-faceless", "--shard-mb", 1),
    )
    settings = document["card"]["settings"]
    assert (settings["width_px"], settings["height_px"]) == (96, 112)
    assert settings["min_images"] == 2
    assert settings["max_yaw_deg"] == 80
    assert not settings["dedupe"]
    assert [one["reason"] for one in document["left_out"]] == ["few images", "listed"]


@pytest.mark.parametrize(
    ("source", "out", "options", "cause"),
    [
        ("nowhere", "pack", (), "no such file or folder"),
        ("empty", "pack", (), "no photographs in folders of people"),
        ("people", "people", (), "holds other files than a pack"),
        ("people", "pack", ("--template", "square"), "no such alignment template"),
        ("people", "pack", ("--min-images", "9"), "none of 4 photographs can be used"),
        ("people", "pack", ("--without", "no.txt"), "cannot be read"),
        ("people", "pack", ("--label-noise", "--bundle", "no"), "no such bundle"),
        ("people", "pack", ("--report", "."), "it is a folder"),
    ],
)
def test_mistakes_are_told_before_anything_is_written(
    people: Path, tmp_path: Path, source: str, out: str, options: tuple[str, ...], cause: str
) -> None:
    (tmp_path / "empty").mkdir()
    shutil.copytree(people, tmp_path / "people")
    result = run(tmp_path / source, tmp_path / out, *options)
    assert result.exit_code == 4
    assert cause in result.stderr
    assert not (tmp_path / "pack").exists()


def test_another_pack_is_not_replaced_unasked(people: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    assert run(people, pack).exit_code == 0
    refused = run(people, pack, "--min-images", 2)
    assert refused.exit_code == 4
    assert "--replace" in refused.stderr
    assert run(people, pack, "--min-images", 2, "--replace").exit_code == 0
    assert len(ShardSource(pack)) == 3
