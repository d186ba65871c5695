"""The same training in 1, 2 and 4 processes, on gloo."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from facemetric.losses import MARGINS
from facemetric.training.distributed import Ranks
from layouts import scale_out
from layouts.scale_out import RUNS, STEPS, run_processes

# float64: what differs is the order of sums, over ten steps of momentum.
TOLERANCE = 1e-10
HEADERS = [f"header:{margin}:{rate}" for margin in MARGINS for rate in (1.0, 0.4)]
CURVES = [f"losses:{name}" for name in RUNS]


@dataclass(frozen=True)
class Story:
    """A run of 2 processes of which one is killed, continued by 1, and then by 4."""

    processes: dict[int, list[dict[str, Any]]]
    after_kill: list[str]
    alone: tuple[int, list[float]]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("ranks")
    root = folder / "checkpoints"
    two = run_processes(2, folder, [*CURVES, "killed:5"], fails=True)
    after_kill = sorted(path.name for path in root.iterdir())
    alone = scale_out.resumed(Ranks(), root, 7)
    four = run_processes(4, folder, [*CURVES, *HEADERS, f"resumed:{STEPS}"])
    return Story({2: two, 4: four}, after_kill, alone)


@pytest.mark.parametrize("name", RUNS)
def test_the_loss_curve_does_not_depend_on_the_number_of_processes(story: Story, name: str) -> None:
    alone = scale_out.losses(Ranks(), name)
    assert len(set(alone)) == STEPS
    for world in (2, 4):
        for found in story.processes[world]:
            assert found[f"losses:{name}"] == pytest.approx(alone, rel=TOLERANCE, abs=0)


@pytest.mark.parametrize("job", HEADERS)
def test_every_margin_is_right_across_shards(story: Story, job: str) -> None:
    _, margin, rate = job.split(":")
    alone = scale_out.header_step(Ranks(), margin, float(rate))
    for found in story.processes[4]:
        assert found[job] == pytest.approx(alone, rel=1e-9, abs=1e-11)


def test_a_killed_run_goes_on_with_other_numbers_of_processes(story: Story) -> None:
    whole = scale_out.losses(Ranks(), "sampled")
    # Killed while the fifth step was being saved: that one is not a checkpoint.
    assert story.after_kill == [".step-000000005.partial", "step-000000002", "step-000000004"]
    done, rest = story.alone
    assert done == 4
    assert rest == pytest.approx(whole[4:7], rel=TOLERANCE, abs=0)
    for found in story.processes[4]:
        done, rest = found[f"resumed:{STEPS}"]
        assert done == 7
        assert rest == pytest.approx(whole[7:], rel=TOLERANCE, abs=0)


def test_resuming_in_one_process_is_exact(tmp_path: Path) -> None:
    whole = scale_out.losses(Ranks(), "sampled")
    run = scale_out.SmallRun(Ranks(), **RUNS["sampled"])
    for number in range(4):
        run.step(number)
    run.save(tmp_path, 4)
    done, rest = scale_out.resumed(Ranks(), tmp_path, STEPS)
    assert done == 4
    assert rest == whole[4:]
