"""Frames that wait: few, in turns, counted when they go."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import numpy as np

from facemetric.watch.frame import Frame
from facemetric.watch.inbox import Inbox

PIXELS = np.zeros((2, 2, 3), np.uint8)


def frame(source: int, at_s: float) -> Frame:
    return Frame(source, PIXELS, at_s, datetime.now(UTC))


def test_the_newest_frame_of_a_live_source_stays() -> None:
    inbox = Inbox(2)
    for at_s in range(5):
        inbox.offer(frame(0, at_s))
    inbox.offer(frame(1, 0))
    assert inbox.dropped == [4, 0]
    first, second = inbox.take(0), inbox.take(0)
    assert first is not None and second is not None
    assert (first.source, first.at_s, second.source) == (0, 4, 1)
    assert inbox.take(0) is None


def test_sources_take_turns() -> None:
    inbox = Inbox(2)
    for at_s in range(2):
        inbox.put(frame(0, at_s))
        inbox.put(frame(1, at_s))
    taken = [inbox.take(0) for _ in range(4)]
    assert [one.source for one in taken if one is not None] == [0, 1, 0, 1]


def test_a_file_waits_and_loses_nothing() -> None:
    inbox = Inbox(1)

    def read() -> None:
        for at_s in range(20):
            inbox.put(frame(0, at_s))
        inbox.end(0)

    thread = threading.Thread(target=read)
    thread.start()
    seen = []
    while not inbox.ended:
        one = inbox.take(1)
        if one is not None:
            seen.append(one.at_s)
    thread.join()
    assert seen == list(range(20))
    assert inbox.dropped == [0]
    assert inbox.drained(0)


def test_closing_lets_a_reader_go() -> None:
    inbox = Inbox(1)

    def read() -> None:
        for at_s in range(20):
            inbox.put(frame(0, at_s))

    thread = threading.Thread(target=read)
    thread.start()
    inbox.close()
    thread.join(2)
    assert not thread.is_alive()
    assert inbox.ended
    assert inbox.take(0) is None
