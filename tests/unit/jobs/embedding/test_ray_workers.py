"""The parts of the work on Ray that need no cluster; tests/e2e starts one."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as arrow
import pytest

from facemetric.jobs.embedding.ray_workers import _Actor, _Ledger
from facemetric.jobs.embedding.shard import Shard
from facemetric.types import ItemError
from layouts.fragile import Fragile


class Remote:
    """Answers as an actor's methods do, at once."""

    def __init__(self, ledger: _Ledger) -> None:
        for name in ("begin", "at", "end"):
            setattr(self, name, _Method(getattr(ledger, name)))


class _Method:
    def __init__(self, function: object) -> None:
        self.remote = function


class NoRay:
    @staticmethod
    def get(answer: object) -> object:
        return answer


@pytest.fixture
def ledger() -> _Ledger:
    return _Ledger()


def actor(folder: Path, ledger: _Ledger, monkeypatch: pytest.MonkeyPatch) -> _Actor:
    monkeypatch.setattr("facemetric.jobs.embedding.ray_workers._ray", lambda: NoRay)
    return _Actor(Fragile(folder), Remote(ledger))  # type: ignore[arg-type]


def test_a_photograph_that_ends_two_actors_is_passed_over(ledger: _Ledger) -> None:
    shard = Shard(4, tuple("abc"))
    assert ledger.begin(shard) == (8, {})
    ledger.at(4, 0)
    assert ledger.begin(shard) == (1, {})
    for _ in range(2):
        ledger.at(4, 1)
        how = ledger.begin(shard)
    assert isinstance(how, tuple)
    assert list(how[1]) == [1]
    ledger.end(4)
    assert ledger.begin(shard) == (8, {})


def test_actors_that_end_at_once_are_an_error(ledger: _Ledger) -> None:
    shard = Shard(0, ("a",))
    ledger.begin(shard)
    ledger.begin(shard)
    error = ledger.begin(shard)
    assert isinstance(error, ItemError)
    assert error.code == "worker"


def test_an_error_becomes_a_row(
    tmp_path: Path, ledger: _Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed = actor(tmp_path, ledger, monkeypatch)
    names = [json.dumps(["raise.jpg"]), json.dumps(["a.jpg"])]
    failed, done = (
        embed(arrow.table({"shard": [number], "names": [text]})).to_pylist()[0]
        for number, text in enumerate(names)
    )
    assert json.loads(failed["error"])["cause"] == "as asked for"
    assert (failed["faces"], done["error"]) == (None, None)
    with arrow.ipc.open_stream(done["photos"]) as reader:
        assert reader.read_all()["source"].to_pylist() == ["a.jpg"]
