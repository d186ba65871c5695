"""Events that wait: order, tries, what is told, and an end in time."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import pytest

from facemetric.watch.sinks.answer import Answer
from facemetric.watch.sinks.outbox import Outbox
from facemetric.wire.watch import WatchEvent
from layouts.watch_events import event

TAKEN = Answer(delivered=True)


def outbox(attempt: Callable[..., Answer], **options: object) -> Outbox:
    options = {
        "waiting": 10,
        "attempts": 3,
        "drain_s": 2.0,
        "end_s": 1.0,
        "first_wait_s": 0.005,
        "rng": random.Random(0),
    } | options
    made = Outbox("sink", attempt, **options)  # type: ignore[arg-type]
    made.start()
    return made


def scripted(*answers: Answer) -> tuple[list[str], Callable[..., Answer]]:
    """Return what was tried, and an attempt that answers as told, the last answer for good."""
    tried: list[str] = []
    left = list(answers)

    def attempt(one: WatchEvent, _: threading.Event) -> Answer:
        tried.append(one.event_id)
        return left.pop(0) if len(left) > 1 else left[0]

    return tried, attempt


def test_trouble_is_told_of_once_and_its_end_too() -> None:
    away = Answer(again=True, reason="Connection refused")
    told: list[str] = []
    _, attempt = scripted(away, away, TAKEN, TAKEN, away, TAKEN)
    box = outbox(attempt, tell=told.append)
    for number in range(3):
        box.send(event(number))
    box.close()
    bad, good = "sink: Connection refused", "sink: events are delivered again"
    assert told == [bad, good, bad, good]
    assert (box.delivery().delivered, box.delivery().retried) == (3, 3)


def test_an_event_has_so_many_tries() -> None:
    tried, attempt = scripted(Answer(again=True, reason="503"))
    box = outbox(attempt)
    box.send(event())
    box.close()
    assert len(tried) == 3
    assert (box.delivery().failed, box.delivery().retried) == (1, 2)


def test_nobody_is_given_up_while_nobody_is_reached() -> None:
    away = Answer(again=True, counts=False, reason="away")
    tried, attempt = scripted(*[away] * 6, TAKEN)
    box = outbox(attempt)
    box.send(event())
    box.close()
    assert len(tried) == 7
    assert box.delivery().delivered == 1


def test_the_oldest_go_when_too_many_wait() -> None:
    open_now = threading.Event()
    tried: list[str] = []

    def attempt(one: WatchEvent, _: threading.Event) -> Answer:
        open_now.wait(120)
        tried.append(one.event_id)
        return TAKEN

    box = outbox(attempt)
    box.send(event(0))
    while box._queue:
        time.sleep(0.001)
    for number in range(1, 31):
        box.send(event(number))
    open_now.set()
    box.close()
    assert tried == [event(number).event_id for number in (0, *range(21, 31))]
    assert (box.delivery().delivered, box.delivery().dropped) == (11, 20)


def test_closing_does_not_wait_for_long() -> None:
    box = outbox(
        lambda one, hurry: Answer(again=True, counts=False, reason="away"),
        drain_s=0.1,
        first_wait_s=30.0,
    )
    for number in range(5):
        box.send(event(number))
    start = time.monotonic()
    box.close()
    assert time.monotonic() - start < 1
    assert (box.delivery().failed, box.delivery().dropped) == (1, 4)


def test_a_defect_is_not_hidden() -> None:
    def broken(one: WatchEvent, _: threading.Event) -> Answer:
        raise ZeroDivisionError("defect")

    told: list[str] = []
    box = outbox(broken, tell=told.append)
    box.send(event())
    box._thread.join(2)
    with pytest.raises(ZeroDivisionError, match="defect"):
        box.send(event())
    box.close()
    assert len(told) == 1 and "defect" in told[0]
    assert box.delivery().failed == 1
