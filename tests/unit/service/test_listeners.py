"""Places of streams are taken at once, and left whatever comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from facemetric.service.listeners import Listeners, Stream
from facemetric.service.problem import Problem
from facemetric.service.routes.events import follow_events


async def _events() -> AsyncIterator[str]:
    yield "event"


def test_two_who_come_at_once_do_not_both_get_the_last_place(tmp_path: Path) -> None:
    listeners = Listeners(most=1, most_of_key=1)
    service: Any = SimpleNamespace(
        listeners=listeners,
        engine=SimpleNamespace(gallery=lambda name: None),
        settings=SimpleNamespace(events={"main": tmp_path / "events.jsonl"}),
    )
    key: Any = SimpleNamespace(id="a")

    async def both() -> None:
        # The answer to the first is not begun when the second asks.
        await follow_events("main", None, service, key)  # type: ignore[arg-type]
        await follow_events("main", None, service, key)  # type: ignore[arg-type]

    with pytest.raises(Problem, match="1 streams are open"):
        asyncio.run(both())


def test_one_key_does_not_take_all_places() -> None:
    listeners = Listeners(most=3, most_of_key=2)
    listeners.take("a"), listeners.take("a")
    with pytest.raises(Problem, match="2 streams of this key are open"):
        listeners.take("a")
    listeners.take("b")
    with pytest.raises(Problem, match="3 streams are open"):
        listeners.take("c")
    listeners.leave("a")
    listeners.take("c")
    assert listeners.held == {"a": 1, "b": 1, "c": 1}


def test_a_place_is_left_also_where_the_caller_is_gone() -> None:
    listeners = Listeners(most=1, most_of_key=1)

    async def gone(message: Any) -> None:
        raise OSError("the caller has left")

    async def receive() -> Any:
        await asyncio.sleep(60)

    async def send() -> None:
        listeners.take("a")
        stream = Stream(_events(), listeners=listeners, key_id="a")
        await stream({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, gone)

    with pytest.raises(ClientDisconnect):
        asyncio.run(send())
    assert not listeners.held
