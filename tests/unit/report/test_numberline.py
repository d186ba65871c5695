from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.report.numberline import number_line

COSINE = st.floats(-1, 1)


@settings(deadline=None, max_examples=100)
@given(st.lists(COSINE, max_size=6), COSINE)
def test_every_value_lies_on_the_line_on_its_side_of_the_threshold(
    values: list[float], threshold: float
) -> None:
    marks = [(f"pair {i}", value, value >= threshold) for i, value in enumerate(values)]
    line = number_line(marks, threshold)
    limit = float(re.search(r'class="threshold" style="left:([\d.-]+)%', line)[1])
    dots = re.findall(r'class="dot (\w+)" style="left:([\d.-]+)%', line)
    assert len(dots) == len(values)
    for kind, place in dots:
        assert -0.01 <= float(place) <= 100.01
        assert (float(place) >= limit - 0.01) if kind == "same" else (float(place) <= limit + 0.01)
    ticks = re.findall(r'class="tick" style="left:([\d.-]+)%', line)
    assert 2 <= len(ticks) <= 14


def test_it_is_said_to_those_who_cannot_see_it() -> None:
    line = number_line([("pair 1", 0.95, True), ("pair 2", -0.1, False)], 0.92)
    assert 'role="img"' in line
    assert "Threshold 0.920; pair 1: 0.950; pair 2: \u22120.100." in line


def test_labels_of_near_values_stand_in_different_rows() -> None:
    line = number_line([("a", 0.95, True), ("b", 0.951, True), ("c", 0.5, False)], 0.92)
    assert sorted(re.findall(r"--row:(\d)", line)) == ["0", "0", "1"]
