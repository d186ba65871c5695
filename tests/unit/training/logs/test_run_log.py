from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from facemetric.errors import DataError
from facemetric.training.logs import LogRecord, open_run_log, read_log


def clock() -> float:
    return 0.0


def run(folder: Path, first: int, last: int, *, resume_step: int | None, rank: int = 0) -> None:
    log = open_run_log(
        folder, rank=rank, resume_step=resume_step, total_steps=8, clock=clock, tensorboard=False
    )
    with log:
        for step in range(first, last + 1):
            log.step(step, {"lr": torch.tensor(0.1 * step)}, epoch=step // 4, loss=1.0)
            if step % 4 == 0:
                log.epoch(step, {"accuracy": 0.5}, epoch=step // 4 - 1, loss=1.0)
                log.evaluation(step, {"lfw_accuracy": 0.6}, epoch=step // 4 - 1)
                log.checkpoint(step, f"{step}.safetensors", epoch=step // 4 - 1)


def test_stopped_and_resumed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path / "whole", 1, 8, resume_step=None)
    run(tmp_path / "resumed", 1, 6, resume_step=None)
    run(tmp_path / "resumed", 5, 8, resume_step=4)
    whole = (tmp_path / "whole" / "log.jsonl").read_bytes()
    assert (tmp_path / "resumed" / "log.jsonl").read_bytes() == whole
    assert [record.kind for record in read_log(tmp_path / "whole" / "log.jsonl")][3:7] == [
        "step",
        "epoch",
        "evaluation",
        "checkpoint",
    ]
    assert "step 4  evaluation  LFW accuracy 60.00 %" in capsys.readouterr().err


def test_only_the_first_rank_writes(tmp_path: Path) -> None:
    run(tmp_path, 1, 8, resume_step=None, rank=1)
    assert list(tmp_path.iterdir()) == []


def test_a_log_is_not_written_over(tmp_path: Path) -> None:
    run(tmp_path, 1, 4, resume_step=None)
    with pytest.raises(DataError, match="Resume that run"):
        run(tmp_path, 1, 4, resume_step=None)


def test_time_goes_on_where_it_stopped(tmp_path: Path) -> None:
    times = iter([10.0, 13.0, 100.0, 101.5])
    for start in (None, 1):
        log = open_run_log(
            tmp_path,
            resume_step=start,
            total_steps=2,
            clock=lambda: next(times),
            progress=False,
            tensorboard=False,
        )
        with log:
            log.note((start or 0) + 1, "here")
    seen = read_log(tmp_path / "log.jsonl")
    assert [replace(record, text="") for record in seen] == [
        LogRecord("note", 1, 0, 3.0),
        LogRecord("note", 2, 0, 4.5),
    ]


def test_tensorboard_lies_beside(tmp_path: Path) -> None:
    with open_run_log(tmp_path, total_steps=1, progress=False) as log:
        log.step(1, {}, loss=2.0)
    assert list((tmp_path / "tensorboard").glob("events.*"))
