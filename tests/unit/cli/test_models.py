"""``facemetric models``: a network in, a file out, and gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from facemetric.bundle import open_bundle
from facemetric.bundle.graph import GraphBuilder
from facemetric.cli import app

TERMS = ("--licence", "MIT", "--training-data", "none")
PICTURE = ("--colour", "bgr", "--mean", "127.5", "--scale", "128", "--template", "arcface-112")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FACEMETRIC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A network that leaves its size open."""
    rng = np.random.default_rng(0)
    graph = GraphBuilder("tiny")
    x = graph.convolution("chips", rng.normal(size=(4, 3, 3, 3)).astype(np.float32))
    x = graph.node("GlobalAveragePool", graph.node("Relu", x))
    graph.node("MatMul", graph.node("Flatten", x, axis=1), graph.weight(rng.normal(size=(4, 8))))
    path = tmp_path / "mine.onnx"
    path.write_bytes(graph.finish(("chips", ("N", 3, "h", "w")), ("embeddings", ("N", 8))))
    return path


def answer(*arguments: object, code: int = 0) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["models", *map(str, arguments), "--json"])
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_every_flag_of_the_importer_reaches_the_manifest(model: Path) -> None:
    size = ("--height", 24, "--width", 16, "--layout", "nchw", "--output-name", "embeddings")
    more = ("--whiten", "--no-commercial-use", "--description", "Mine.")
    document = answer("import", model, "--name", "mine", *PICTURE, *TERMS, *size, *more)
    assert document["models"][0]["commercial_use"] is False
    manifest = open_bundle("mine").manifest
    assert (manifest.input.height_px, manifest.input.width_px) == (24, 16)
    assert (manifest.input.layout, manifest.input.colour) == ("nchw", "bgr")
    assert manifest.input.whiten is True
    assert manifest.model.output == "embeddings"
    assert manifest.description == "Mine."
    assert manifest.licence.commercial_use is False


def test_flags_that_are_left_out_stay_unsaid(model: Path) -> None:
    crop = ("--template", "margin-crop-160", "--margin", 40, "--height", 160, "--width", 160)
    document = answer("import", model, *PICTURE, *crop, *TERMS)
    assert document["models"][0]["commercial_use"] is None
    manifest = open_bundle("mine").manifest
    assert manifest.alignment.margin_px == 40
    assert manifest.input.whiten is False


def test_what_the_graph_leaves_open_is_asked_for_by_its_flag(model: Path) -> None:
    document = answer("import", model, *PICTURE, *TERMS, code=4)
    assert "--height" in document["error"]["fix"]
    wrong = answer("import", model, *PICTURE, *TERMS, "--output-name", "scores", code=4)
    assert "embeddings" in wrong["error"]["cause"] + wrong["error"]["fix"]


@pytest.mark.parametrize(
    ("template", "hint"), [("arcface-113", "'arcface-112'"), ("mine", "dlib-150")]
)
def test_an_unknown_template_is_refused_with_the_known_ones(
    model: Path, template: str, hint: str
) -> None:
    size = ("--height", 16, "--width", 16)
    document = answer("import", model, *PICTURE, *TERMS, *size, "--template", template, code=4)
    assert document["error"]["code"] == "unknown_name"
    assert hint in document["error"]["fix"]
    assert answer("show", "mine", code=4)["error"]["code"] == "unknown_name"


def test_a_bundle_is_packed_and_opened_from_the_file(model: Path, tmp_path: Path) -> None:
    answer("import", model, *PICTURE, *TERMS, "--height", 16, "--width", 16)
    file = tmp_path / "out" / "mine.zip"
    document = answer("pack", "mine", file)
    assert document["models"][0]["origin"] == str(file)
    assert answer("verify", file)["models"][0]["id"] == "mine"
    before = file.read_bytes()
    assert "--replace" in answer("pack", "mine", file, code=4)["error"]["fix"]
    answer("pack", "mine", file, "--replace")
    assert file.read_bytes() == before
    assert ".zip" in answer("pack", "mine", tmp_path / "mine.tar", code=4)["error"]["cause"]


def test_an_imported_bundle_is_removed_and_a_built_in_one_is_not(model: Path, home: Path) -> None:
    answer("import", model, *PICTURE, *TERMS, "--height", 16, "--width", 16)
    result = CliRunner().invoke(app, ["models", "remove", "mine"])
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert open_bundle("mine").id == "mine"
    assert answer("remove", "mine", "--yes")["models"][0]["id"] == "mine"
    assert not (home / "data" / "bundles" / "mine").exists()
    assert answer("remove", "mine", "--yes", code=4)["error"]["code"] == "unknown_name"
    built_in = answer("remove", "dlib-resnet-v1", "--yes", code=4)
    assert "built in" in built_in["error"]["cause"]


def test_a_damaged_bundle_can_be_removed(home: Path) -> None:
    folder = home / "data" / "bundles" / "broken"
    folder.mkdir(parents=True)
    (folder / "bundle.json").write_text("{", encoding="utf-8")
    assert answer("remove", "broken", "--yes")["models"] == []
    assert not folder.exists()
