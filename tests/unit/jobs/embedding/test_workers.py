"""Processes that are killed, fail and end, and the shards that come all the same."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from facemetric.errors import DataError, WorkerError
from facemetric.jobs.embedding.shard import EmbeddedShard, Shard
from facemetric.jobs.embedding.workers import embed_here, embed_in_processes
from layouts.fragile import Fragile


def shards(*names: str, size: int = 10) -> list[Shard]:
    return [
        Shard(number, tuple(names[first : first + size]))
        for number, first in enumerate(range(0, len(names), size))
    ]


def quiet(shard: int, done: int) -> None:
    pass


def causes(done: list[EmbeddedShard]) -> dict[str, str | None]:
    assert len({one.number for one in done}) == len(done)
    rows = [row for one in done for row in one.photos.to_pylist()]
    return {row["source"]: row["cause"] for row in rows}


def test_killed_workers_lose_nothing(tmp_path: Path) -> None:
    names = [*(f"{n}.jpg" for n in range(14)), "once.jpg", "kill.jpg", "x.jpg"]
    told: dict[int, int] = {}
    work = shards(*names)
    done = list(embed_in_processes(work, Fragile(tmp_path), told.__setitem__, workers=2))
    found = causes(done)
    assert set(found) == set(names)
    assert {name for name, cause in found.items() if cause} == {"kill.jpg"}
    assert "SIGKILL: out of memory?" in str(found["kill.jpg"])
    assert told == {0: 8, 1: 6}
    assert not multiprocessing.active_children()


def test_an_expected_error_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="as asked for"):
        list(embed_in_processes(shards("raise.jpg"), Fragile(tmp_path), quiet, workers=2))
    assert not multiprocessing.active_children()


def test_workers_that_end_at_once(tmp_path: Path) -> None:
    maker = Fragile(tmp_path, at_start=True)
    with pytest.raises(WorkerError, match="before the first photograph"):
        list(embed_in_processes(shards("a.jpg"), maker, quiet, workers=2))


def test_a_defect_is_shown_and_its_photograph_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    names = ("a.jpg", "defect.jpg")
    done = list(embed_in_processes(shards(*names), Fragile(tmp_path), quiet, workers=1))
    assert "exit code 70" in str(causes(done)["defect.jpg"])
    assert "RuntimeError: a defect" in capfd.readouterr().err


def test_here_in_order(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    work = shards(*map(str, range(25)))
    done = list(embed_here(work, Fragile(tmp_path), lambda *how: told.append(how)))
    assert [one.number for one in done] == [0, 1, 2]
    assert told == [(0, 0), (0, 8), (1, 0), (1, 8), (2, 0)]
