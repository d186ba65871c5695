from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import DataError
from facemetric.training.logs import JsonlSink, LogRecord, read_log, truncate_log


def step(number: int) -> LogRecord:
    return LogRecord("step", number, 0, float(number), 1.0 / number)


def write(path: Path, records: list[LogRecord]) -> None:
    sink = JsonlSink(path)
    for record in records:
        sink.write(record)
    sink.close()


def test_every_line_is_there_at_once(tmp_path: Path) -> None:
    path = tmp_path / "run" / "log.jsonl"
    sink = JsonlSink(path)
    for number in range(1, 4):
        sink.write(step(number))
        assert len(read_log(path)) == number
    sink.close()


@settings(deadline=None, max_examples=25)
@given(stopped=st.integers(1, 9), saved=st.integers(0, 9), torn=st.integers(0, 40))
def test_a_resumed_log_is_that_of_an_uninterrupted_run(
    tmp_path_factory: pytest.TempPathFactory, stopped: int, saved: int, torn: int
) -> None:
    saved = min(saved, stopped)
    folder = tmp_path_factory.mktemp("log")
    whole = [step(number) for number in range(1, 11)]
    write(folder / "whole", whole)

    path = folder / "resumed"
    write(path, whole[:stopped])
    with path.open("ab") as file:  # kill -9 in the middle of a line
        file.write(step(stopped + 1).to_line().encode()[:torn])
    assert truncate_log(path, saved) == whole[:saved]
    write(path, whole[saved:])
    assert path.read_bytes() == (folder / "whole").read_bytes()


def test_what_stands_after_a_later_step_goes_with_it(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    note = LogRecord("note", 2, 0, 9.0, text="went back")
    write(path, [step(1), step(2), step(3), note])
    assert truncate_log(path, 2) == [step(1), step(2)]
    assert read_log(path) == [step(1), step(2)]


def test_absent_and_damaged_logs(tmp_path: Path) -> None:
    assert truncate_log(tmp_path / "absent", 3) == []
    with pytest.raises(DataError, match="cannot be read"):
        read_log(tmp_path / "absent")
    (tmp_path / "damaged").write_bytes(step(1).to_line().encode() + b"\xff\n")
    with pytest.raises(DataError, match="line 2"):
        read_log(tmp_path / "damaged")
    with pytest.raises(DataError, match="cannot be written"):
        JsonlSink(tmp_path / "damaged" / "log.jsonl")
