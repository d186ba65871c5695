"""Training by ``torchrun``, killed and continued by other numbers of processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from facemetric.training.checkpoints import checkpoints_in
from facemetric.training.material import open_material
from facemetric.training.recipe import Recipe, read_recipe
from facemetric.training.trainer import Trainer
from layouts.tiny_run import write_people

RECIPE = """
name = "processes"

[data]
train = ["{chips}"]

[augmentation]
flip = 0.5

[sampling]
name = "shuffle"
batch_size = 15  # Does not divide by 2, nor 48 photographs by it.

[network]
backbone = "sphereface-4"
dim = 16
width = 0.125
norm = "group"
input_px = [16, 16]

[[loss]]
name = "arcface"
scale = 16.0

[centres]
sample_rate = 0.5

[optimiser]
lr = 0.02
accumulate = 2
clip_norm = 5.0

[run]
epochs = 4
threads = 1
log_every_steps = 1

[checkpoints]
every_steps = 1
"""


def losses_in(folder: Path) -> dict[int, float]:
    lines = (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    steps = [(one["step"], one["loss"]) for one in records if one["kind"] == "step"]
    assert len(dict(steps)) == len(steps), "a step is logged twice"
    return dict(steps)


def torchrun(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    return subprocess.run(
        [*command, "--nproc-per-node", "2", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def train_alone(recipe: Recipe, folder: Path, *, steps: int | None = None) -> None:
    left = [steps]

    def enough() -> bool:
        if left[0] is None:
            return False
        left[0] -= 1
        return left[0] <= 0

    trainer = Trainer(
        recipe, folder, open_material(recipe.data, seed=recipe.seed), should_stop=enough
    )
    trainer.run(resume=steps is not None)


def test_killed_and_continued_by_one_and_by_two_processes(tmp_path: Path) -> None:
    chips = write_people(tmp_path / "chips")
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE.format(chips=chips), encoding="utf-8")
    recipe = read_recipe(path, ())
    train_alone(recipe, tmp_path / "whole")
    whole = losses_in(tmp_path / "whole")
    assert len(whole) >= 12

    run = tmp_path / "run"
    options = ("train", str(path), "--out", str(run), "--quiet")
    killed = torchrun("-m", "layouts.killed_training", "5", *options)
    assert killed.returncode != 0
    assert [folder.name for folder in checkpoints_in(run / "checkpoints")][-1] == "step-000000004"
    assert (run / "checkpoints" / ".step-000000005.partial").is_dir()

    train_alone(recipe, run, steps=3)
    assert [folder.name for folder in checkpoints_in(run / "checkpoints")][-1] == "step-000000007"

    done = torchrun("-m", "facemetric", *options, "--resume")
    assert done.returncode == 0, done.stderr
    # float32: the order of sums differs, over a few steps of momentum.
    assert losses_in(run) == pytest.approx(whole, rel=1e-4)
