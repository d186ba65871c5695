"""Dwell and cool-down, with times that are given."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.watch.visits import Visits


def alerts(visits: Visits, sightings: list[tuple[float, float]]) -> list[float]:
    """Feed (since, at) of one person; return when alerts were due."""
    found = []
    for since_s, at_s in sightings:
        visits.over(at_s)
        visit = visits.seen("one", since_s=since_s, at_s=at_s)
        if visit is not None:
            visit.alert_id = f"alert at {at_s}"
            found.append(at_s)
    return found


def test_one_alert_for_a_visit_and_another_after_the_cool_down() -> None:
    visits = Visits(cool_down_s=10)
    assert alerts(visits, [(0, 0), (0, 1), (0, 5), (6, 14.9), (20, 20), (35, 35)]) == [0, 35]


def test_no_alert_before_the_person_has_stayed() -> None:
    visits = Visits(dwell_s=3, cool_down_s=10)
    assert alerts(visits, [(0, 0), (0, 2.9), (0, 3.0), (0, 4.0)]) == [3.0]


def test_a_face_lost_and_found_goes_on_with_its_visit() -> None:
    visits = Visits(dwell_s=3, cool_down_s=10)
    assert alerts(visits, [(0, 0), (0, 1), (2, 2), (2, 3)]) == [3]


def test_a_visit_tells_how_long_it_was() -> None:
    visits = Visits(cool_down_s=5)
    alerts(visits, [(1, 2), (1, 6)])
    assert visits.over(10.9) == []
    (visit,) = visits.over(11.0)
    assert (visit.first_s, visit.last_s, visit.alert_id) == (1, 6, "alert at 2")
    assert len(visits) == 0


def test_people_have_visits_of_their_own() -> None:
    visits = Visits()
    assert visits.seen("one", since_s=0, at_s=0) is not None
    assert visits.seen("other", since_s=0, at_s=0) is not None
    assert len(visits.finish()) == 2


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(0.01, 20), min_size=1, max_size=30), st.floats(0.5, 10))
def test_as_many_alerts_as_gaps_of_the_cool_down(gaps: list[float], cool_down_s: float) -> None:
    times = [sum(gaps[:n]) for n in range(len(gaps) + 1)]
    expected = 1 + sum(later - earlier >= cool_down_s for earlier, later in pairwise(times))
    visits = Visits(cool_down_s=cool_down_s)
    assert len(alerts(visits, [(at, at) for at in times])) == expected


def test_a_visit_goes_on_while_the_face_is_followed() -> None:
    visits = Visits(cool_down_s=0)
    for at_s in (1.0, 2.0, 3.0):
        assert visits.over(at_s, followed={"one"}) == []
        visit = visits.seen("one", since_s=1.0, at_s=at_s)
        assert (visit is not None) == (at_s == 1.0)  # one alert
        if visit is not None:
            visit.alert_id = "alert"
    assert len(visits.over(3.0)) == 1
