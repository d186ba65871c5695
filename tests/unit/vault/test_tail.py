"""A log read from its end, and while it is written."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from uuid import UUID

import pytest

from facemetric.errors import BusyError, VaultError
from facemetric.vault import AuditLog, Entry, Event, read_back, read_log
from facemetric.vault.verification import CHECKED_LINES

IDS = [str(UUID(int=n + 1, version=4)) for n in range(7)]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of several blocks."""
    path = tmp_path_factory.mktemp("log") / "audit.jsonl"
    AuditLog(path).append_all(
        [
            Event(
                "identify", "ok", IDS[0], IDS[1], IDS[n % 7], {f"count{k}": n for k in range(n % 9)}
            )
            for n in range(1500)
        ]
    )
    assert path.stat().st_size > 4 << 16
    return path


def test_the_last_come_first(log: Path) -> None:
    forwards = [*read_log(log)]
    assert [*read_back(log)] == forwards[::-1]
    assert [one.number for one in islice(read_back(log), 3)] == [1501, 1500, 1499]


def test_any_entry_is_a_place_to_begin(log: Path) -> None:
    numbers = range(1, 1502)
    for before in (1, 2, 3, 700, 701, 1500, 1501, 1502, 10**18):
        found = [one.number for one in islice(read_back(log, before=before), 5)]
        assert found == [n for n in reversed(numbers) if n < before][:5]
    short = log.with_name("short.jsonl")
    AuditLog(short).append(Event("a"))
    for before, wanted in ((1, []), (2, [1]), (3, [2, 1])):
        assert [one.number for one in read_back(short, before=before)] == wanted


def test_entries_about_somebody_are_found(log: Path) -> None:
    of_one = [one for one in read_log(log) if one.event.subject == IDS[4]]
    assert len(of_one) > 200
    assert [*read_back(log, about=(IDS[4],))] == of_one[::-1]
    assert [*read_log(log, about=IDS[4])] == of_one
    assert [*read_back(log, about=("nobody",))] == [*read_log(log, about="nobody")] == []


@pytest.mark.parametrize(
    "read", [read_log, lambda path, about, check: read_back(path, about=(about,), check=check)]
)
def test_reading_may_be_ended_where_nothing_is_found(
    log: Path, read: Callable[..., Iterator[Entry]]
) -> None:
    looks: list[int] = []
    nobody = str(UUID(int=0))
    assert list(read(log, about=nobody, check=lambda: looks.append(1))) == []
    assert len(looks) == -(-len(list(read_log(log))) // CHECKED_LINES) > 1

    def late() -> None:
        raise BusyError("the deadline has passed")

    with pytest.raises(BusyError):
        list(read(log, about=nobody, check=late))


def test_a_line_that_is_being_written_is_no_entry_yet(log: Path, tmp_path: Path) -> None:
    whole = log.read_bytes()
    lines = whole.splitlines(keepends=True)
    path = tmp_path / "written.jsonl"
    for cut in (0, 1, len(lines[0]) - 1, len(lines[0]), len(lines[0]) + 1, len(whole) - 1):
        path.write_bytes(whole[:cut])
        there = whole[:cut].count(b"\n")
        assert [one.number for one in read_log(path)] == [*range(1, there + 1)]
        assert [one.number for one in read_back(path)] == [*range(1, there + 1)][::-1]


def test_reading_while_somebody_writes(log: Path, tmp_path: Path) -> None:
    whole = log.read_bytes()
    path = tmp_path / "written.jsonl"
    path.touch()
    rng = random.Random(0)
    done = threading.Event()

    def write() -> None:
        place = 0
        with path.open("ab", buffering=0) as file:
            while place < len(whole):
                size = rng.randint(1, 400)
                file.write(whole[place : place + size])
                place += size
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = 0
    while not done.is_set() or seen < 1501:
        numbers = [one.number for one in read_log(path)]
        assert numbers == [*range(1, len(numbers) + 1)]
        last = [one.number for one in islice(read_back(path), 4)]
        assert last == [*range(last[0], last[0] - len(last), -1)] if last else True
        assert not last or last[0] >= len(numbers) >= seen
        seen = len(numbers)
    writer.join()


def test_what_is_no_log_is_named(tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    with pytest.raises(VaultError, match="cannot be read"):
        next(read_back(path))
    path.write_bytes(b"x\n")
    with pytest.raises(VaultError, match="a line cannot be read"):
        next(read_back(path))
    path.write_bytes(b"x" * 200_000)
    with pytest.raises(VaultError, match="a line longer than any entry"):
        next(read_back(path))
    path.write_bytes(b"x" * 200_000 + b"\n")
    with pytest.raises(VaultError, match="a line longer than any entry"):
        next(read_back(path))
