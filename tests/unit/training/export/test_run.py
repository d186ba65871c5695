from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from typer.testing import CliRunner

from facemetric.bundle import open_bundle, verify_bundle
from facemetric.cli import app
from facemetric.embed import Embedder
from facemetric.jobs.upgrading import chosen_adaptor
from facemetric.training.build import build_network
from facemetric.training.network import embed_chips
from facemetric.training.recipe import parse_recipe
from facemetric.training.session import run_recipe
from facemetric.training.warm_start import BEST_NAME, read_weights, warm_start
from layouts.tiny_run import tiny_recipe, write_people


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("run")
    chips = write_people(root / "chips", size_px=112, images=4)
    document: dict[str, Any] = tiny_recipe(chips)
    document["run"]["epochs"] = 1
    run_recipe(parse_recipe(document), root / "tiny")
    return root / "tiny"


def export(run: Path, out: Path, *options: str) -> Any:
    return CliRunner().invoke(app, ["export", str(run), str(out), *options])


def test_a_run_becomes_two_bundles_with_cards(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    result = export(run, out, "--research-only", "--int8", "--id", "first", "--json")
    assert result.exit_code == 0, result.output
    shown = json.loads(result.stdout)["models"]
    assert [one["id"] for one in shown] == ["first", "first-int8"]
    assert all(one["commercial_use"] is False for one in shown)

    bundle = open_bundle(out)
    verify_bundle(bundle)
    recipe = parse_recipe(json.loads((out / "recipe.json").read_text()))
    network = build_network(recipe, chip_px=(112, 112)).eval()
    warm_start(network, read_weights(out))
    chips = np.random.default_rng(0).integers(0, 256, (3, 112, 112, 3), dtype=np.uint8)
    wanted = embed_chips(network, torch.from_numpy(chips), device=torch.device("cpu"))
    np.testing.assert_allclose(Embedder(bundle, flip=False).embed(chips), wanted, atol=1e-4)

    card = (out / "MODEL_CARD.md").read_text()
    for part in ("# first", "NO commercial use", "| People | 6 |", "sphereface-4 trained with nsl"):
        assert part in card
    assert str(tmp_path) not in card and str(run.parent) not in card
    assert "similarity to the float32" in (tmp_path / "bundle-int8" / "MODEL_CARD.md").read_text()


def test_the_best_weights_instead_of_the_last(run: Path, tmp_path: Path) -> None:
    marked = tmp_path / "run"
    shutil.copytree(run, marked)
    last = read_weights(marked)
    save_file({name: value * 2 for name, value in last.items()}, marked / BEST_NAME)
    result = export(marked, tmp_path / "bundle", "--research-only", "--best", "--no-measure")
    assert result.exit_code == 0, result.output
    taken = read_weights(tmp_path / "bundle")
    assert all(torch.equal(taken[name], value * 2) for name, value in last.items())
    assert "scored highest" in (tmp_path / "bundle" / "MODEL_CARD.md").read_text()

    (marked / BEST_NAME).unlink()
    absent = export(marked, tmp_path / "other", "--research-only", "--best")
    assert absent.exit_code == 4 and "best.safetensors: no such file" in absent.stderr


def test_terms_must_be_stated(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    assert export(run, out).exit_code == 2
    assert export(run, out, "--licence", "MIT", "--research-only").exit_code == 2
    assert export(run, out, "--licence", "MIT").exit_code == 2
    assert export(run, out, "--research-only", "--commercial-use").exit_code == 2
    assert not out.exists()


def test_no_run_and_wrong_template(run: Path, tmp_path: Path) -> None:
    absent = export(tmp_path, tmp_path / "out", "--research-only")
    assert absent.exit_code == 4 and "recipe.json" in absent.stderr
    wrong = export(run, tmp_path / "out", "--research-only", "--template", "dlib-150")
    assert wrong.exit_code == 4 and "is 150 × 150, the training chips are 112" in wrong.stderr


def test_a_harmonic_run_says_what_its_embeddings_compare_with(run: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    assert export(run, old, "--research-only", "--id", "old").exit_code == 0
    document: dict[str, Any] = tiny_recipe(
        run.parent / "chips",
        sampling={"name": "p-k", "people": 3, "images": 2},
        loss=[{"name": "harmonic-triplet", "miner": {"name": "semi-hard"}}],
        reference={"bundle": str(old)},
    )
    document["run"]["epochs"] = 1
    run_recipe(parse_recipe(document), tmp_path / "harmonic")
    result = export(tmp_path / "harmonic", tmp_path / "new", "--research-only", "--id", "new")
    assert result.exit_code == 0, result.output
    first, second = open_bundle(old), open_bundle(tmp_path / "new")
    (named,) = second.manifest.embedding.comparable_with
    assert (named.bundle, named.sha256) == ("old", first.manifest.model.sha256)
    assert first.manifest.embedding.comparable_with == ()
    assert chosen_adaptor("auto", first, second) == "identity"
    assert chosen_adaptor("auto", second, first) == "auto"
