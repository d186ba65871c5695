from __future__ import annotations

from facemetric.bundle import Manifest
from facemetric.bundle.manifest import Result
from facemetric.training.export import model_card
from facemetric.training.export.model_card import result_text


def manifest(*results: Result) -> Manifest:
    return Manifest.model_validate(
        {
            "id": "small",
            "description": "A small one.",
            "model": {"sha256": "0" * 64, "input": "chips", "output": "embeddings"},
            "input": {"height_px": 112, "width_px": 112},
            "alignment": {"template": "arcface-112"},
            "embedding": {"dim": 64},
            "licence": {"spdx": "MIT", "commercial_use": None, "training_data": "our own"},
            "provenance": {"source": "a test"},
            "results": results,
        }
    )


def test_everything_stands_on_it() -> None:
    result = Result(
        protocol="lfw", metric="accuracy", value=0.85, low=0.84, high=0.861, conditions="no flip"
    )
    card = model_card(
        manifest(result),
        data=(("People", "299"),),
        training=(("Epochs", "3 of 3"),),
        recipe=(("optimiser", (("lr", "0.1"),)),),
        environment=(("torch", "2.7"),),
        limits=("Only here.",),
    )
    for part in (
        "# small",
        "Licence: MIT (the publisher does not say",
        "Training data: our own",
        "| People | 299 |",
        "| lfw | accuracy | 85.00 % [84.00, 86.10] | no flip |",
        "- Only here.",
        "## Recipe: optimiser",
        "| torch | 2.7 |",
    ):
        assert part in card


def test_without_results_it_warns_and_cells_stay_whole() -> None:
    card = model_card(manifest(), data=(("a|b", "c\nd"),), training=())
    assert "None was measured" in card
    assert "| a\\|b | c d |" in card
    assert "## Training\n" not in card


def test_figures() -> None:
    assert result_text(Result(protocol="a", metric="b", value=3e-7)) == "3e-07"
    assert result_text(Result(protocol="a", metric="b", value=1.5, low=1, high=2)) == (
        "1.5 [1.00, 2.00]"
    )
