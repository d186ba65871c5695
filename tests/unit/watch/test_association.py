"""Pairs beside every possible pairing."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from facemetric.watch.association import assign, clear_pairs, likeness, within_reach

UNITS = st.integers(0, 20).map(lambda value: value / 20)


def test_likeness_is_half_at_the_threshold_whatever_the_model() -> None:
    assert likeness(np.array([1.0, 0.92, 0.84, 0.5]), 0.92) == pytest.approx([1, 0.5, 0, 0])
    assert likeness(np.array([1.0, 0.32, 0.0]), 0.32) == pytest.approx([1, 0.5, 0.36 / 1.36])


@settings(deadline=None, max_examples=80)
@given(
    overlaps=arrays(np.float64, (3, 4), elements=UNITS),
    alike=arrays(np.float64, (3, 4), elements=UNITS),
    reach=arrays(np.bool_, (3, 4)),
)
def test_as_many_pairs_as_can_be_at_the_lowest_cost(
    overlaps: np.ndarray, alike: np.ndarray, reach: np.ndarray
) -> None:
    allowed = (overlaps >= 0.1) & (alike > 0) | reach & (alike >= 0.5)
    found = assign(overlaps, alike, reach)
    assert all(allowed[pair] for pair in found)
    gain = (overlaps + alike) / 2

    def worth(pairs: list[tuple[int, int]]) -> tuple[int, float]:
        kept = [pair for pair in pairs if allowed[pair]]
        return len(kept), sum(gain[pair] for pair in kept)

    best = max(worth(list(enumerate(columns))) for columns in permutations(range(4), 3))
    count, value = worth(found)
    assert count == best[0]
    assert value == pytest.approx(best[1])


def test_clear_pairs_have_nobody_else_near() -> None:
    overlaps = np.array([[0.7, 0.0, 0.0], [0.0, 0.6, 0.2], [0.0, 0.0, 0.3]])
    assert clear_pairs(overlaps) == [(0, 0)]


def test_reach_grows_with_the_time_unseen() -> None:
    expected = np.array([[0.0, 0, 10, 10]])
    seen = np.array([[30.0, 0, 40, 10]])
    assert not within_reach(expected, seen, np.array([0.2]))[0, 0]
    assert within_reach(expected, seen, np.array([0.6]))[0, 0]
