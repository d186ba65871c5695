"""Events to whoever listens."""

from __future__ import annotations

import json
import threading

from facemetric.watch import Broadcast, sse_message
from layouts.watch_events import event


def test_everybody_who_listens_gets_every_event() -> None:
    casting = Broadcast()
    casting.send(event(1))
    with casting.subscribe() as one, casting.subscribe() as other:
        casting.send(event(2))
        for listener in (one, other):
            got = listener.get(1)
            assert got is not None and got.stream_s == 2
            assert listener.get(0) is None
            assert not listener.ended


def test_somebody_who_comes_back_gets_what_was_missed() -> None:
    casting = Broadcast(keep=3)
    for number in range(5):
        casting.send(event(number))
    with casting.subscribe(last_id=event(3).event_id) as listener:
        got = listener.get(1)
        assert got is not None and got.stream_s == 4
    # One that is no longer known gets all that is kept.
    with casting.subscribe(last_id=event(0).event_id) as listener:
        kept = [listener.get(0) for _ in range(3)]
        assert [one.stream_s for one in kept if one is not None] == [2, 3, 4]


def test_a_slow_listener_misses_the_oldest() -> None:
    casting = Broadcast(waiting=4)
    with casting.subscribe() as listener:
        for number in range(10):
            casting.send(event(number))
        got = listener.get(0)
        assert got is not None and got.stream_s == 6
    assert casting.delivery().dropped == 6


def test_listeners_hear_that_it_is_over() -> None:
    casting = Broadcast()
    heard = []

    def listen() -> None:
        with casting.subscribe() as listener:
            ready.set()
            while not listener.ended:
                heard.append(listener.get(5))

    ready = threading.Event()
    thread = threading.Thread(target=listen)
    thread.start()
    ready.wait(120)
    casting.send(event())
    casting.close()
    thread.join(120)
    assert not thread.is_alive()
    assert [one.stream_s for one in heard if one is not None] == [1]
    with casting.subscribe() as late:
        assert late.get(1) is None
        assert late.ended


def test_a_message_of_an_event_stream() -> None:
    lines = sse_message(event(7)).split("\n")
    assert lines[0] == f"id: {event(7).event_id}"
    assert lines[1] == "event: watch-source"
    assert json.loads(lines[2].removeprefix("data: "))["stream_s"] == 7
    assert lines[3:] == ["", ""]
