"""Cameras that send one picture, and frames too far apart."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from facemetric.types import UInt8
from facemetric.watch import Frame
from facemetric.watch.blindness import Blindness

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PIXELS = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)


def told(
    minding: Blindness, at_s: float, pixels: UInt8 = PIXELS, *, step_s: float = 0.2
) -> list[str]:
    return list(minding.reasons(Frame(0, pixels, at_s, NOW), step_s=step_s))


def test_a_picture_that_is_stuck_is_told_of_once() -> None:
    minding = Blindness(live=True, after_s=10)
    assert [len(told(minding, at_s)) for at_s in (0, 5, 9.9, 10, 11, 100)] == [0, 0, 0, 1, 0, 0]
    assert told(minding, 101, PIXELS ^ 1) == []
    assert "stuck" in told(minding, 111, PIXELS ^ 1)[0]


def test_noise_is_no_stuck_picture() -> None:
    minding = Blindness(live=True, after_s=10)
    for at_s in range(60):
        assert told(minding, at_s, PIXELS ^ (at_s % 2)) == []


def test_a_file_may_show_a_still() -> None:
    minding = Blindness(live=False, after_s=10)
    assert [told(minding, at_s) for at_s in (0, 100)] == [[], []]


def test_frames_too_far_apart_are_told_of_once() -> None:
    minding = Blindness(live=False)
    assert told(minding, 0, step_s=4.0) == []
    assert "every 6 s" in told(minding, 6, step_s=6.0)[0]
    assert told(minding, 12, step_s=6.0) == []
