"""Time stamps that are missing, go back, or jump."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facemetric.watch.fileclock import FileClock


def times(*stamps: float | None, step_s: float = 0.04) -> list[float]:
    clock = FileClock(step_s)
    return [clock.at(stamp) for stamp in stamps]


def test_stamps_are_kept_from_the_first_on() -> None:
    assert times(7.0, 7.04, 7.5) == pytest.approx([0, 0.04, 0.5])


def test_recordings_one_behind_the_other_go_on() -> None:
    assert times(5.0, 6.0, 5.0, 6.0) == pytest.approx([0, 1, 1.04, 2.04])


def test_frames_without_stamps_are_a_step_apart() -> None:
    assert times(None, None, None, step_s=0.1) == pytest.approx([0, 0.1, 0.2])
    assert times(1.0, None, 1.5) == pytest.approx([0, 0.04, 0.54])


def test_jitter_is_not_added_up() -> None:
    assert times(1.0, 1.04, 1.02, 1.08) == pytest.approx([0, 0.04, 0.04, 0.08])


@given(st.lists(st.none() | st.floats(-1e6, 1e6), min_size=2, max_size=30))
def test_it_never_goes_back(stamps: list[float | None]) -> None:
    found = times(*stamps)
    assert all(before <= after for before, after in pairwise(found))
