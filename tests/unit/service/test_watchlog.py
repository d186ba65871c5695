from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from facemetric.client import AsyncClient, Client
from facemetric.errors import BusyError, ServiceError
from facemetric.service import Limits, watchlog
from facemetric.service.engine import Engine
from facemetric.service.watchlog import WatchLog, message
from facemetric.wire import WatchEvent, WatchSourceOut, to_json
from layouts.service import Served, listening, served


def event(number: int, state: str = "open") -> WatchSourceOut:
    return WatchSourceOut.model_validate(
        {"event_id": f"id-{number}", "source": "door", "at": "now", "stream_s": 0.0, "state": state}
    )


def write(path: Path, *events: WatchSourceOut, mode: str = "a") -> None:
    with path.open(mode) as file:
        file.writelines(to_json(one, indent=None) + "\n" for one in events)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("watch") / "events.jsonl"


@pytest.fixture(scope="module")
def watched(
    engine: Engine, log: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    limits = Limits(streams=1)
    folder = tmp_path_factory.mktemp("service")
    with served(
        folder, engine, lambda usual: replace(usual, events={"main": log}, limits=limits)
    ) as running:
        yield running


def test_the_last_events(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    assert WatchLog(path).last(5) == []
    write(path, *map(event, range(4)))
    with path.open("a") as file:
        file.write('no event\n{"schema":"facemetric.watch-summary/1"}\n')
    write(path, event(4))
    with path.open("a") as file:
        file.write('{"schema":"facemetric.watch-source/1","event_id":"cut o')
    assert [one.event_id for one in WatchLog(path).last(3)] == ["id-2", "id-3", "id-4"]
    assert WatchLog(path).last(3, kind="alert") == []
    assert len(WatchLog(path).last(9, kind="source")) == 5


def test_the_last_events_are_read_from_the_end_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.jsonl"
    write(path, *map(event, range(50)))
    with path.open("a") as file:
        file.write("x" * 5000 + "\n")
    write(path, event(50))
    with path.open("a") as file:
        file.write("y" * 3000)  # a long line that is being written
    monkeypatch.setattr("facemetric.service.watchlog._MOST_LINE_BYTES", 1000)
    log = WatchLog(path)
    for limit in (1, 2, 51, 60):
        wanted = [f"id-{number}" for number in range(51)][-limit:]
        assert [one.event_id for one in log.last(limit)] == wanted
    monkeypatch.setattr("facemetric.service.watchlog._MOST_BYTES", 9000)
    assert [one.event_id for one in log.last(60)][-2:] == ["id-49", "id-50"]
    assert 1 < len(log.last(60)) < 51


def test_nobody_reads_all_events_after_the_deadline(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    write(path, *map(event, range(10)))

    def late() -> None:
        raise BusyError("the deadline has passed")

    with pytest.raises(BusyError):
        WatchLog(path).last(1, kind="alert", check=late)


def test_events_of_other_kinds_are_not_taken_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, looked_at = tmp_path / "events.jsonl", list[int]()
    write(path, *map(event, range(10)))
    looked = watchlog._events

    def counted(lines: Iterable[bytes]) -> Iterator[WatchEvent]:
        kept = list(lines)
        looked_at.append(len(kept))
        return looked(kept)

    monkeypatch.setattr(watchlog, "_events", counted)
    assert WatchLog(path).last(5, kind="alert") == []
    assert len(WatchLog(path).last(5, kind="source")) == 5
    assert looked_at == [0, 10]


def test_who_missed_much_gets_it_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    path = tmp_path / "events.jsonl"
    write(path, *map(event, range(60)))
    with path.open("a") as file:
        file.write("x" * 5000 + "\n")
    write(path, event(60))
    with path.open("a") as file:
        file.write(to_json(event(61), indent=None))
    monkeypatch.setattr("facemetric.service.watchlog._MOST_LINE_BYTES", 1000)
    monkeypatch.setattr("facemetric.service.watchlog.POLL_S", 0.01)
    log, parts = WatchLog(path), list[int]()
    read = log._read

    def counted(start: int) -> tuple[list[bytes], int]:
        lines, behind = read(start)
        parts.append(sum(map(len, lines)))
        return lines, behind

    monkeypatch.setattr(log, "_read", counted)

    async def follow(last_id: str | None, wanted: int) -> list[str]:
        found: list[str] = []
        async for one in log.follow(last_id=last_id, ended=lambda: len(found) == wanted):
            if one is not None:
                found.append(one.event_id)
                if one.event_id == "id-60":
                    with path.open("a") as file:
                        file.write("\n")  # the last line is whole now
        return found

    assert asyncio.run(follow("id-3", 58)) == [f"id-{number}" for number in range(4, 62)]
    assert len(parts) > 10 and max(parts) <= 1000
    assert asyncio.run(follow("id-59", 2)) == ["id-60", "id-61"]
    threading.Timer(0.2, lambda: write(path, event(70))).start()
    assert asyncio.run(follow("nobody's", 1)) == ["id-70"]


def test_messages() -> None:
    lines = message(event(1)).split("\n")
    assert lines[:2] == ["id: id-1", "event: watch-source"]
    assert json.loads(lines[2].removeprefix("data: "))["source"] == "door"
    assert lines[3:] == ["", ""]
    assert message(None).startswith(":")


def test_events_over_http(watched: Served, log: Path) -> None:
    write(log, event(1), event(2), mode="w")
    shown = watched.http.get("/v1/galleries/main/events", params={"limit": 1}).json()
    assert [one["event_id"] for one in shown["events"]] == ["id-2"]
    assert watched.http.get("/v1/galleries/main/events?kind=left").json()["events"] == []
    for path in ("/v1/galleries/other/events", "/v1/galleries/other/events/stream"):
        assert watched.http.get(path).status_code == 404


def test_a_stream(watched: Served, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facemetric.service.watchlog.POLL_S", 0.01)
    write(log, event(1), event(2), mode="w")
    with listening(watched.app) as address, Client(address, watched.secrets["read"]) as client:
        events = client.gallery("main").follow_events(last_id="id-1")
        assert next(events).event_id == "id-2"
        with pytest.raises(ServiceError, match="streams are open"):
            next(client.gallery("main").follow_events())
        write(log, event(3))
        assert next(events).event_id == "id-3"
        log.unlink()
        write(log, event(4))
        assert next(events).event_id == "id-4"
        # Where the service stops, the stream ends.
        service = watched.app.state.service
        threading.Timer(0.05, lambda: setattr(service, "state", "stopping")).start()
        assert list(events) == []
        service.state = "ok"
        deadline = time.monotonic() + 300
        while service.listeners.held and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not service.listeners.held


def test_a_stream_for_asyncio(watched: Served, log: Path) -> None:
    import asyncio

    async def first(address: str) -> str:
        async with AsyncClient(address, watched.secrets["read"]) as client:
            async for one in client.gallery("main").follow_events(last_id="id-1"):
                return one.event_id
        return "none"

    write(log, event(1), event(2), mode="w")
    with listening(watched.app) as address:
        assert asyncio.run(first(address)) == "id-2"


def test_lists(watched: Served, samples: dict[str, Path]) -> None:
    files = [("photo", ("o.jpg", samples["obama"].read_bytes()))]
    people = "/v1/galleries/main/people"
    data = {"name": "Barack", "groups": "staff"}
    made = watched.http.post(people, files=files, data=data).json()
    on = f"/v1/galleries/main/groups/night%20shift/people/{made['person_id']}"
    assert watched.http.put(on).json()["person"]["groups"] == ["night shift", "staff"]
    assert watched.http.put(on).json()["person"]["groups"] == ["night shift", "staff"]
    assert watched.http.delete(on).json()["person"]["groups"] == ["staff"]
    watched.http.delete(f"{people}/{made['person_id']}")
    assert watched.http.put(on).status_code == 404


def test_the_end_of_a_file_is_behind_its_last_whole_line(tmp_path: Path) -> None:
    log = WatchLog(tmp_path / "events.jsonl")
    assert log._end() == 0
    write(log.path, event(0), event(1))
    whole = log.path.stat().st_size
    with log.path.open("a") as file:
        file.write('{"schema":')
    assert log._end() == whole
    assert log._behind("id-0") == len(to_json(event(0), indent=None)) + 1
    assert log._behind("id-1") == log._behind("id-") == whole
