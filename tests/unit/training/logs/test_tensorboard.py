from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest

from facemetric.errors import DependencyError
from facemetric.training.logs import LogRecord, TensorBoardSink


def scalars(folder: Path, tag: str) -> list[tuple[int, float]]:
    module: Any = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = module.EventAccumulator(str(folder))
    events.Reload()
    return [(event.step, round(event.value, 4)) for event in events.Scalars(tag)]


def test_a_resumed_run_has_each_step_once(tmp_path: Path) -> None:
    first = TensorBoardSink(tmp_path)
    for number in range(1, 6):
        first.write(LogRecord("step", number, 0, 0.0, float(number), {"lr": 0.5}))
    first.close()
    # TensorBoard reads files in the order of their names, which begin with the second.
    began = int(time.time())
    while int(time.time()) == began:
        time.sleep(0.02)
    second = TensorBoardSink(tmp_path, resume_step=3)
    for number in range(4, 7):
        second.write(LogRecord("step", number, 0, 0.0, 10.0 * number))
    second.write(LogRecord("checkpoint", 6, 0, 0.0, text="last.safetensors"))
    second.close()
    assert scalars(tmp_path, "step/loss") == [(1, 1), (2, 2), (3, 3), (4, 40), (5, 50), (6, 60)]
    assert scalars(tmp_path, "step/lr")[0] == (1, 0.5)


def test_without_tensorboard_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(DependencyError, match="tensorboard: the package is not installed"):
        TensorBoardSink(tmp_path)
