"""Constant velocity, exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.watch.motion import Motion

SPEED = st.floats(-200, 200)


@settings(deadline=None, max_examples=50)
@given(vx=SPEED, vy=SPEED, grow=st.floats(-0.3, 0.3))
def test_a_steady_movement_is_foretold(vx: float, vy: float, grow: float) -> None:
    def box(at_s: float) -> np.ndarray:
        half = 40 * np.exp(grow * at_s)
        x, y = 300 + vx * at_s, 200 + vy * at_s
        return np.array([x - half, y - half, x + half, y + half])

    motion = Motion(box(0.0), 0.0)
    for step in range(1, 30):
        motion.see(box(step * 0.2), step * 0.2)
    at_s = 29 * 0.2
    assert motion.at(at_s + 0.4) == pytest.approx(box(at_s + 0.4), abs=0.5)


def test_it_goes_no_further_than_a_second() -> None:
    motion = Motion(np.array([0.0, 0, 10, 10]), 0.0)
    motion.see(np.array([10.0, 0, 20, 10]), 1.0)
    assert motion.at(2.0) == pytest.approx(motion.at(60.0))


def test_a_frame_of_the_same_time_changes_no_velocity() -> None:
    motion = Motion(np.array([0.0, 0, 10, 10]), 0.0)
    motion.see(np.array([5.0, 0, 15, 10]), 0.0)
    assert motion.at(1.0) == pytest.approx([5.0, 0, 15, 10])
