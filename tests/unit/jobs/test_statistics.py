from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.jobs.statistics import images_per_person, measure_spreads


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=12))
def test_every_person_is_in_the_bin_of_their_number(counts: list[int]) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    spread = images_per_person(labels)
    assert spread.count == len(counts)
    for one in spread.bins:
        assert one.count == sum(one.low <= count < one.high for count in counts)
    assert sum(one.count for one in spread.bins) == len(counts)
    assert spread.p50 == np.median(counts)


def test_bins_double() -> None:
    edges = [one.low for one in images_per_person(np.repeat([0, 1], [1, 40])).bins]
    assert edges == [1, 2, 3, 5, 9, 17, 33]


def test_measures_are_counted_where_they_are_known() -> None:
    rows = [{"yaw_deg": float(value)} for value in range(101)] + [{}]
    (spread,) = measure_spreads(rows)
    assert (spread.name, spread.count) == ("yaw_deg", 101)
    assert (spread.p5, spread.p50, spread.p95) == (5, 50, 95)
    assert sum(one.count for one in spread.bins) == 101


def test_a_measure_with_one_value_has_bins() -> None:
    (spread,) = measure_spreads([{"x": 2.0}] * 3)
    assert sum(one.count for one in spread.bins) == 3
    assert measure_spreads([{}]) == ()
