from __future__ import annotations

from pathlib import Path

import pytest
import torch

from facemetric.errors import InputError
from facemetric.training.checkpoints import (
    best_checkpoint,
    checkpoint_folder,
    checkpoints_in,
    last_checkpoint,
    prune_checkpoints,
    save_checkpoint,
    step_of,
)
from facemetric.training.distributed import Ranks


def fill(root: Path, scores: dict[int, float | None]) -> None:
    for step, score in scores.items():
        state = {} if score is None else {"score": score}
        save_checkpoint(checkpoint_folder(root, step), {"a": torch.ones(1)}, state, ranks=Ranks())


def steps(root: Path) -> list[int]:
    return [step_of(path) for path in checkpoints_in(root)]


def test_last_is_the_highest_step_and_best_the_earliest_highest_score(tmp_path: Path) -> None:
    fill(tmp_path, {100: 0.5, 20: 0.9, 1000: 0.9, 1200: None})
    assert steps(tmp_path) == [20, 100, 1000, 1200]
    assert last_checkpoint(tmp_path) == checkpoint_folder(tmp_path, 1200)
    assert best_checkpoint(tmp_path) == checkpoint_folder(tmp_path, 20)


def test_an_empty_or_absent_folder_has_none(tmp_path: Path) -> None:
    for root in (tmp_path, tmp_path / "absent"):
        assert last_checkpoint(root) is None
        assert best_checkpoint(root) is None
        assert prune_checkpoints(root) == []


def test_half_written_ones_do_not_count(tmp_path: Path) -> None:
    fill(tmp_path, {1: 0.1})
    (tmp_path / ".step-000000002.partial").mkdir()
    (tmp_path / "step-000000003").mkdir()
    assert steps(tmp_path) == [1]


def test_pruning_keeps_last_best_and_what_is_asked_for(tmp_path: Path) -> None:
    fill(tmp_path, {1: 0.1, 2: 0.9, 3: 0.2, 4: 0.3, 5: None})
    gone = prune_checkpoints(tmp_path, keep=lambda step: step == 3)
    assert [step_of(path) for path in gone] == [1, 4]
    assert steps(tmp_path) == [2, 3, 5]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_damaged_one_does_not_stop_the_run(tmp_path: Path) -> None:
    fill(tmp_path, {1: 0.9, 2: 0.5, 3: 0.1})
    (checkpoint_folder(tmp_path, 1) / "checkpoint.json").write_text("torn")
    assert best_checkpoint(tmp_path) == checkpoint_folder(tmp_path, 2)
    prune_checkpoints(tmp_path)
    assert steps(tmp_path) == [2, 3]


def test_a_folder_of_another_name_has_no_step() -> None:
    with pytest.raises(InputError, match="best: wanted a name such as step-000001200"):
        step_of(Path("best"))
