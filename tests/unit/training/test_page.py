from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch

from facemetric.errors import DataError
from facemetric.training.curves import evaluation_panels, health_panels, learning_panels
from facemetric.training.environment import environment
from facemetric.training.logs import LogRecord, open_run_log, read_log
from facemetric.training.page import recipe_facts, run_view, write_run_page
from facemetric.training.wording import figure_text, said_name

RECIPE: dict[str, Any] = {
    "name": "small",
    "seed": 0,
    "network": {"backbone": "mobilefacenet", "dim": 64, "input_px": [56, 56]},
    "loss": [{"name": "arcface", "margin_rad": 0.5, "miner": None}],
    "optimiser": {"lr": 0.1, "nesterov": False, "clip_norm": None},
    "run": {"epochs": 3},
    "evaluate": [],
}
STEP = {
    "lr_backbone": 0.1,
    "lr_header": 1.0,
    "images_per_s": 100.0,
    "gradient_norm": 2.0,
    "embedding_mean_cosine": 0.5,
    "embedding_effective_rank": 3.0,
    "embedding_norm_mean": 9.0,
    "centre_norm_max": 1.0,
    "share_hard": 0.2,
    "mined": 30.0,
    "batch_accuracy": 0.3,
    "something_else": 7.0,
}
MEASURED = {
    "lfw_accuracy": 0.8,
    "lfw_accuracy_low": 0.7,
    "lfw_accuracy_high": 0.9,
    "lfw_eer": 0.2,
    "lfw_d_prime": 1.8,
}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    with open_run_log(tmp_path, total_steps=6, progress=False, tensorboard=False) as log:
        for step in range(1, 5):
            log.step(step, STEP, epoch=(step - 1) // 2, loss=1 / step)
            if step % 2 == 0:
                log.epoch(step, {}, epoch=step // 2 - 1, loss=0.7)
                log.evaluation(step, MEASURED, epoch=step // 2 - 1)
        log.note(4, "stopped on request", epoch=2)
    (tmp_path / "recipe.json").write_text(json.dumps(RECIPE))
    facts = environment(torch.device("cpu"), processes=2)
    (tmp_path / "environment.json").write_text(json.dumps(facts))
    return tmp_path


def test_the_page_has_what_was_logged(run: Path) -> None:
    path = write_run_page(run)
    text = path.read_text()
    for part in (
        "mobilefacenet, arcface, 2 of 3 epochs done.",
        "80.00 % [70.00, 90.00]",
        "Step 4: stopped on request",
        "margin_rad",
        "Learning rates",
        torch.__version__,
    ):
        assert part in text
    assert [entry.name for entry in run.iterdir() if entry.name.startswith(".")] == []


def test_every_figure_is_on_one_plot(run: Path) -> None:
    records = read_log(run / "log.jsonl")
    panels = [*learning_panels(records), *health_panels(records)]
    assert [panel.key for panel in panels] == [
        "loss",
        "rates",
        "accuracy",
        "gradient",
        "spread",
        "rank",
        "norms",
        "centres",
        "triplets",
        "mined",
        "speed",
        "other-0",
    ]
    assert sum(len(panel.lines) for panel in panels) == len(STEP) + 2
    assert [line.name for line in panels[1].lines] == ["Backbone", "Header"]


def test_measured_shares_have_their_band(run: Path) -> None:
    accuracy, eer = evaluation_panels(read_log(run / "log.jsonl"))
    (line,) = accuracy.lines
    assert line.low is not None and line.low.tolist() == [0.7, 0.7]
    assert line.steps.tolist() == [2, 4]
    assert eer.title == "LFW EER" and eer.lines[0].low is None


def test_a_run_without_anything_yet() -> None:
    view = run_view([], RECIPE)
    assert view.learning == view.health == view.evaluations == view.rows == ()
    bad = run_view([LogRecord("step", 1, 0, 0.0, math.nan)], {})
    assert bad.title == "Training run" and len(bad.learning) == 1


def test_recipe_in_words() -> None:
    facts = dict(recipe_facts(RECIPE))
    assert facts["general"] == (("name", "small"), ("seed", "0"))
    assert facts["loss"] == (("name", "arcface"), ("margin_rad", "0.5"))
    assert facts["optimiser"] == (("lr", "0.1"), ("nesterov", "no"))
    assert ("input_px", "56, 56") in facts["network"]
    assert "evaluate" not in facts


def test_words() -> None:
    assert said_name("lfw_tar_at_far_0.001") == "LFW TAR at FAR 0.001"
    assert figure_text(MEASURED, "lfw_accuracy") == "80.00 % [70.00, 90.00]"
    assert figure_text(MEASURED, "lfw_d_prime") == "1.8"
    assert figure_text({"closed_set_accuracy": 0.25}, "closed_set_accuracy") == "25.00 %"
    assert figure_text({"x": -0.5, "y": math.nan}, "x") == "\u22120.5"
    assert figure_text({"y": math.nan}, "y") == "nan"
    assert figure_text({}, "y") == "–"


@pytest.mark.parametrize("missing", ["log.jsonl", "recipe.json"])
def test_no_run(run: Path, missing: str) -> None:
    (run / missing).unlink()
    with pytest.raises(DataError, match=r"Name the folder of a training run"):
        write_run_page(run)
