"""Events in a file."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from facemetric.errors import SourceError
from facemetric.watch import JsonLines
from layouts.watch_events import event


def test_lines_are_added_to_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    for number in range(2):
        sink = JsonLines.append_to(path)
        sink.send(event(number))
        # On disk at once, not when the file is closed.
        assert len(path.read_text().splitlines()) == number + 1
        sink.close()
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row["stream_s"] for row in rows] == [0, 1]
    assert next(iter(rows[0])) == "schema"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be written"):
        JsonLines.append_to(tmp_path)


def test_a_full_disk_is_counted() -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        sink = JsonLines(full)
        with pytest.raises(OSError, match="space"):
            sink.send(event())
        assert (sink.delivery().delivered, sink.delivery().failed) == (0, 1)
        with pytest.raises(OSError):
            full.close()


def test_a_line_that_was_cut_off_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"half a li')
    sink = JsonLines.append_to(path)
    sink.send(event(1))
    sink.send(event(2))
    sink.close()
    torn, *rows = path.read_text().splitlines()
    assert torn == '{"half a li'
    assert [json.loads(row)["stream_s"] for row in rows] == [1, 2]


def test_what_failed_is_not_written_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events.jsonl"
    sink = JsonLines.append_to(path)
    write = os.write
    left = [20]

    def full(number: int, data: bytes) -> int:
        if not left[0]:
            raise OSError(28, "No space left on device")
        written, left[0] = write(number, bytes(data)[: left[0]]), 0
        return written

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="space"):
        sink.send(event(1))
    monkeypatch.setattr(os, "write", write)
    sink.send(event(2))
    sink.close()
    torn, row = path.read_text().splitlines()
    assert len(torn) == 20
    assert json.loads(row)["stream_s"] == 2
    assert (sink.delivery().delivered, sink.delivery().failed) == (1, 1)
