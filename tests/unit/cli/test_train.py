"""``facemetric train`` and ``facemetric sweep`` as a user meets them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from facemetric.cli import app
from layouts.tiny_run import TINY_TOML, write_people


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    data = write_people(tmp_path / "people", people=4, images=6)
    path = tmp_path / "tiny.toml"
    path.write_text(TINY_TOML.format(data=data))
    return path


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_recipe_becomes_a_run(recipe: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    ran = run("train", recipe, "run.epochs=1", "data.split.train=18", "--out", out, "--quiet")
    assert ran.exit_code == 0, ran.output
    assert "closed_set_accuracy  0." in ran.output or "closed_set_accuracy  1." in ran.output
    there = {path.name for path in out.iterdir()}
    assert {
        "recipe.json",
        "people.json",
        "log.jsonl",
        "results.json",
        "checkpoints",
        "network.safetensors",
        "environment.json",
        "index.html",
    } <= there
    assert json.loads((out / "recipe.json").read_text())["run"]["epochs"] == 1
    again = run("train", recipe, "--out", out)
    assert again.exit_code == 4 and "there is a run already" in again.output


OWN_LOSS = """
from facemetric.losses import MARGINS, NSL

@MARGINS.register("of-my-own")
class Own(NSL):
    pass
"""


def test_a_loss_of_the_users_own(recipe: Path, tmp_path: Path) -> None:
    own = tmp_path / "my_losses.py"
    own.write_text(OWN_LOSS)
    words = ["train", str(recipe), "loss.0.name=of-my-own", "--check"]
    command = [sys.executable, "-m", "facemetric", *words]
    known = subprocess.run(
        [*command, "--import", str(own)], capture_output=True, text=True, check=False
    )
    assert known.returncode == 0, known.stderr
    assert json.loads(known.stdout)["loss"][0]["name"] == "of-my-own"

    assert "of-my-own" in run(*words).output  # unknown here, and named
    absent = run(*words, "--import", tmp_path / "no.py")
    assert absent.exit_code == 4 and "no.py: no such file" in absent.output
    (tmp_path / "broken_losses.py").write_text("1 / 0")
    broken = run(*words, "--import", tmp_path / "broken_losses.py")
    assert broken.exit_code == 4 and "does not run: ZeroDivisionError" in broken.output
    (tmp_path / "json.py").write_text("")
    taken = run(*words, "--import", tmp_path / "json.py")
    assert taken.exit_code == 4 and "there is a module 'json' already" in taken.output
    noted = run(*words, "--import", recipe)
    assert noted.exit_code == 4 and "expected a Python file" in noted.output


def test_check_trains_nothing(recipe: Path, tmp_path: Path) -> None:
    ran = run("train", recipe, "optimiser.lr=0.25", "--check", "--out", tmp_path / "run")
    assert ran.exit_code == 0
    assert json.loads(ran.output)["optimiser"]["lr"] == 0.25
    document = json.loads(run("train", recipe, "--check", "--json").output)
    assert document["schema"] == "facemetric.train/1" and not document["complete"]
    assert document["recipe"]["run"]["epochs"] == 2
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run.epochs=0", "loss.0.nmae=1"], "2 mistakes"),
        (["data.train=['nowhere']"], "nowhere"),
        (["run.device=cuda"], "GPU"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_runs(
    recipe: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    ran = run("train", recipe, *words, "--out", tmp_path / "run")
    assert ran.exit_code == 4, ran.output
    assert said in ran.output
    assert not (tmp_path / "run").exists()


def test_mistakes_have_a_line_each(recipe: Path) -> None:
    ran = run("train", recipe, "run.epochs=0", "nam=1", "--check")
    assert ran.exit_code == 4
    lines = ran.output.splitlines()
    assert lines[0].endswith("tiny.toml: 2 mistakes:")
    assert lines[1].startswith("  run.epochs: ")
    assert lines[2] == "  nam: no such key. Did you mean 'name'?"


def test_a_recipe_that_is_not_there(tmp_path: Path) -> None:
    ran = run("train", tmp_path / "none.toml")
    assert ran.exit_code == 4 and "none.toml" in ran.output


def test_a_folder_is_looked_at_before_the_training_set(recipe: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert run("train", recipe, "run.epochs=1", "--out", out, "--quiet").exit_code == 0
    again = run("train", recipe, "run.epochs=1", "--out", out)
    assert again.exit_code == 4 and "--resume" in again.output
    assert "photographs" not in again.output and "page:" not in again.output
    other = run("train", recipe, "run.epochs=1", "loss.0.scale=9", "--out", out, "--resume")
    assert other.exit_code == 4
    assert "loss.0.scale was 12.0, is 9" in other.output
    done = run("train", recipe, "run.epochs=1", "--out", out, "--resume")
    assert done.exit_code == 0
    assert "going on from step-000000002" in done.output
    assert f"facemetric export {out}" in done.output


def _losses(folder: Path) -> list[tuple[int, float]]:
    lines = (json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines())
    return [(line["step"], line["loss"]) for line in lines if line["kind"] == "step"]


def test_ctrl_c_writes_a_checkpoint_and_resume_goes_on(recipe: Path, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    words = [sys.executable, "-m", "facemetric", "train", str(recipe), "run.epochs=40", "--out"]
    assert run("train", recipe, "run.epochs=40", "--out", whole, "--quiet").exit_code == 0
    with subprocess.Popen([*words, str(parts)], stderr=subprocess.PIPE, text=True) as process:
        log, patience = parts / "log.jsonl", time.monotonic() + 300
        while time.monotonic() < patience and not (log.exists() and len(_losses(parts)) > 5):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=300)
    assert process.returncode == 130, said
    assert "go on with --resume" in said
    assert len(_losses(parts)) < 80
    assert (
        run("train", recipe, "run.epochs=40", "--out", parts, "--resume", "--quiet").exit_code == 0
    )
    assert _losses(parts) == _losses(whole)


def test_a_sweep_prints_its_table(recipe: Path, tmp_path: Path) -> None:
    plan = tmp_path / "scales.toml"
    plan.write_text(
        'title = "Two scales"\nrecipe = "tiny.toml"\n'
        '[[variant]]\nname = "small"\nset = ["loss.0.scale=8.0"]\n'
        '[[variant]]\nname = "large"\nset = ["loss.0.scale=16.0"]\n'
    )
    words = ["data.split.train=18", "run.epochs=1", "--out", str(tmp_path / "out")]
    ran = run("sweep", plan, *words)
    assert ran.exit_code == 0, ran.output
    shown = run("sweep", plan, "--show", "--out", tmp_path / "out")
    assert shown.exit_code == 0
    for word in ("Two scales", "small", "large", "closed_set_accuracy"):
        assert word in ran.output and word in shown.output
    document = json.loads(run("sweep", plan, "--show", "--json", "--out", tmp_path / "out").output)
    assert document["schema"] == "facemetric.sweep/1"
    assert [one["variant"] for one in document["runs"]] == ["small", "large"]
    nothing = run("sweep", plan, "--show", "--out", tmp_path / "other")
    assert nothing.exit_code == 4 and "nothing has been run there" in nothing.output
    absent = run("sweep", plan, "--show", "--out", tmp_path / "out", "--figure", "lfw_accuracy")
    assert "–" in absent.output and "converge" not in absent.output
    other = run("sweep", plan, *words, "--only", "smal")
    assert other.exit_code == 4 and "Did you mean 'small'?" in other.output
    plan.write_text(plan.read_text().replace("loss.0.scale=8", "loss.0.scal=8"))
    wrong = run("sweep", plan, *words)
    assert wrong.exit_code == 4 and "variant 'small': 1 mistake:" in wrong.output
    plan.write_text("sed = [1]\n" + plan.read_text())
    wrong = run("sweep", plan, *words)
    assert "  sed: no such key. Did you mean 'seeds'?" in wrong.output.splitlines()
