"""What is done about shards whose workers end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import WorkerError
from facemetric.jobs.embedding.history import MOST_DEATHS, ShardHistory

NAMES = [f"{number}.jpg" for number in range(20)]


def ended_at(history: ShardHistory, *places: int | None) -> ShardHistory:
    for place in places:
        history.at = place
        history.worker_ended("SIGKILL")
    return history


def test_after_one_end_photographs_are_done_one_by_one() -> None:
    history = ShardHistory(0, NAMES)
    assert history.at_once == 8
    ended_at(history, 8)
    assert (history.at_once, history.passed_over, history.at) == (1, {}, None)


def test_a_photograph_that_ends_two_workers_alone_is_passed_over() -> None:
    history = ended_at(ShardHistory(0, NAMES), 8, 11)
    assert not history.passed_over
    ended_at(history, 11)
    assert list(history.passed_over) == [11]
    error = history.passed_over[11]
    assert (error.item, error.code) == ("11.jpg", "worker")
    assert "SIGKILL" in error.cause


def test_several_such_photographs_do_not_stop_the_run() -> None:
    places = [place for place in range(12) for _ in range(2)]
    assert len(ended_at(ShardHistory(0, NAMES), 0, *places).passed_over) == 12


def test_ends_at_ever_other_photographs_stop_it() -> None:
    history = ended_at(ShardHistory(3, NAMES), *range(MOST_DEATHS))
    with pytest.raises(WorkerError, match="shard 3") as caught:
        ended_at(history, 19)
    assert caught.value.item == "19.jpg"


def test_ends_before_the_first_photograph_stop_it() -> None:
    history = ended_at(ShardHistory(0, NAMES), None)
    assert history.at_once == 8
    with pytest.raises(WorkerError, match="before the first photograph"):
        ended_at(history, None)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.none() | st.integers(0, 19), max_size=60))
def test_it_comes_to_an_end(places: list[int | None]) -> None:
    history, ends = ShardHistory(0, NAMES), 0
    for place in places:
        if place in history.passed_over:
            continue  # It is not touched again, so no worker ends there.
        try:
            ended_at(history, place)
        except WorkerError:
            break
        ends += 1
        assert ends <= 2 + 2 * len(history.passed_over) + MOST_DEATHS
    assert all(history.passed_over[place].item == NAMES[place] for place in history.passed_over)
