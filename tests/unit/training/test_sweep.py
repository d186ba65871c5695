"""Sweeps: every run once, failures kept, mean and spread."""

from __future__ import annotations

import math
import statistics
from pathlib import Path

import pytest

from facemetric.errors import InputError
from facemetric.training.sweep import (
    RunResult,
    planned_runs,
    read_plan,
    read_result,
    run_sweep,
    spread,
    table,
)
from layouts.tiny_run import TINY_TOML, write_people

HELD_BACK = "[data.split]\ntrain = 24\n"
SWEEP = """
title = "Two losses"
recipe = "base.toml"
seeds = [0, 1]
[[variant]]
name = "nsl"
[[variant]]
name = "runs away"
set = ["optimiser.lr=1e30", "run.epochs=2"]
note = "on purpose"
"""


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    data = write_people(tmp_path / "people", people=4, images=8)
    (tmp_path / "base.toml").write_text(TINY_TOML.format(data=data) + HELD_BACK)
    path = tmp_path / "sweep.toml"
    path.write_text(SWEEP)
    return path


def test_a_sweep_runs_each_once_and_keeps_failures(plan: Path, tmp_path: Path) -> None:
    said: list[str] = []
    result = run_sweep(plan, read_plan(plan), tmp_path / "out", tell=said.append)
    assert said == ["nsl, seed 0", "runs away, seed 0", "nsl, seed 1", "runs away, seed 1"]
    assert [run.failure is None for run in result.runs] == [True, False, True, False]
    assert "the loss is" in str(result.runs[1].failure)
    figure = "closed_set_accuracy_of_means"
    values = [run.figures[figure] for run in result.runs if run.variant == "nsl"]
    found = spread(result.runs, "nsl", figure)
    assert found.mean == statistics.fmean(values) and found.deviation == statistics.stdev(values)
    assert spread(result.runs, "runs away", figure).failed == 2
    assert table(result, {figure: "accuracy"})[2][1] == "does not converge"
    assert read_result(tmp_path / "out" / "sweep.json") == result
    said.clear()
    assert run_sweep(plan, read_plan(plan), tmp_path / "out", tell=said.append) == result
    assert said == []


def test_a_run_that_fails_in_its_first_step_is_a_result(plan: Path, tmp_path: Path) -> None:
    plan.write_text(SWEEP.replace("optimiser.lr=1e30", "loss.0.weight=1e39"))
    result = run_sweep(plan, read_plan(plan), tmp_path / "out", only=["runs away"])
    assert [run.seconds for run in result.runs] == [0.0, 0.0]
    assert all("at step 0" in str(run.failure) for run in result.runs)


def test_results_of_another_recipe_are_not_taken_for_this_one_s(plan: Path, tmp_path: Path) -> None:
    run_sweep(plan, read_plan(plan), tmp_path / "out", only=["nsl"])
    base = tmp_path / "base.toml"
    base.write_text(base.read_text().replace("lr = 0.05", "lr = 0.5"))
    with pytest.raises(InputError, match=r"nsl-seed0: .*another recipe: optimiser\.lr"):
        run_sweep(plan, read_plan(plan), tmp_path / "out", only=["runs away"])


def test_one_variant_can_be_chosen(plan: Path, tmp_path: Path) -> None:
    result = run_sweep(plan, read_plan(plan), tmp_path / "out", only=["nsl"])
    assert {run.variant for run in result.runs} == {"nsl"}


def test_every_recipe_is_checked_before_the_first_run(plan: Path, tmp_path: Path) -> None:
    plan.write_text(SWEEP.replace("optimiser.lr=1e30", "optimiser.rl=1"))
    with pytest.raises(InputError, match=r"variant 'runs away'.*\n?.*optimiser\.rl"):
        run_sweep(plan, read_plan(plan), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_seeds_and_variants_make_the_runs(plan: Path) -> None:
    runs = planned_runs(plan, read_plan(plan), ["run.epochs=7"])
    assert [(run.variant.name, run.seed) for run in runs] == [
        ("nsl", 0),
        ("runs away", 0),
        ("nsl", 1),
        ("runs away", 1),
    ]
    assert runs[0].recipe.run.epochs == 7 and runs[1].recipe.run.epochs == 2
    assert runs[2].recipe.seed == 1
    assert len({run.folder for run in runs}) == 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("title", "titel"), "titel: no such key. Did you mean 'title'"),
        (("seeds = [0, 1]", "seeds = []"), "seeds"),
        (('"runs away"', '"nsl"'), "names are used twice: nsl"),
        (("[[variant]]", "[variant"), "no TOML"),
    ],
)
def test_a_wrong_file_is_refused(plan: Path, change: tuple[str, str], said: str) -> None:
    plan.write_text(SWEEP.replace(*change))
    with pytest.raises(InputError, match=said):
        read_plan(plan)


def test_a_figure_that_no_run_has_is_no_number() -> None:
    run = RunResult(variant="a", seed=0, seconds=1.0, figures={"x": 0.5})
    assert math.isnan(spread([run], "a", "y").mean)
    assert spread([run], "a", "x").text() == "50.00"
