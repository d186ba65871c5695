"""The same training in 1, 2 and 4 processes, on gloo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from facemetric.losses import MARGINS
from facemetric.training.checkpoints import checkpoints_in
from facemetric.training.distributed import Ranks
from layouts import scale_out
from layouts.scale_out import RUNS, STEPS, run_processes

# float64: what differs is the order of sums, over ten steps of momentum.
TOLERANCE = 1e-10
HEADERS = [f"header:{margin}:{rate}" for margin in MARGINS for rate in (1.0, 0.4)]
JOBS = [*(f"losses:{name}" for name in RUNS), *HEADERS]


@pytest.fixture(scope="module", params=[2, 4])
def several(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp(f"ranks-{request.param}")
    return run_processes(request.param, folder, JOBS)


@pytest.mark.parametrize("name", RUNS)
def test_the_loss_curve_does_not_depend_on_the_number_of_processes(
    several: list[dict[str, Any]], name: str
) -> None:
    alone = scale_out.losses(Ranks(), name)
    assert len(set(alone)) == STEPS
    for found in several:
        assert found[f"losses:{name}"] == pytest.approx(alone, rel=TOLERANCE, abs=0)


@pytest.mark.parametrize("job", HEADERS)
def test_every_margin_is_right_across_shards(several: list[dict[str, Any]], job: str) -> None:
    _, margin, rate = job.split(":")
    alone = scale_out.header_step(Ranks(), margin, float(rate))
    for found in several:
        assert found[job] == pytest.approx(alone, rel=1e-9, abs=1e-11)


def test_training_goes_on_after_a_kill_with_other_numbers_of_processes(tmp_path: Path) -> None:
    whole = scale_out.losses(Ranks(), "sampled")
    root = tmp_path / "checkpoints"
    run_processes(2, tmp_path, ["killed:5"], fails=True)
    assert [path.name for path in checkpoints_in(root)] == ["step-000000002", "step-000000004"]
    assert (root / ".step-000000005.partial").is_dir()

    done, alone = scale_out.resumed(Ranks(), root, 7)
    assert done == 4
    assert alone == pytest.approx(whole[4:7], rel=TOLERANCE, abs=0)

    for found in run_processes(2, tmp_path, [f"resumed:{STEPS}"]):
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
