"""A list that becomes too long for its risk, as it is told."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from facemetric.bundle import open_bundle
from facemetric.decide import manual_threshold, threshold_for
from facemetric.errors import CalibrationError
from facemetric.watch.outgrowth import Outgrowth
from facemetric.wire.watch import WatchListOut
from layouts.watch_lists import BUNDLE

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOO_LONG = CalibrationError("too long")


def a_list(risk: float | None, *, outgrown: bool) -> Any:
    threshold = threshold_for(open_bundle(BUNDLE).manifest, far=1e-6, flip=True)
    return SimpleNamespace(
        stranger_risk=risk,
        asked_risk=0.01,
        outgrown=TOO_LONG if outgrown else None,
        people=6000,
        samples=6001,
        threshold=threshold,
    )


def told(outgrowth: Outgrowth, at_s: float = 5.0) -> list[WatchListOut]:
    return list(outgrowth.changes(at_s, NOW))


def test_it_is_told_once_again_when_the_risk_has_doubled_and_when_the_list_fits() -> None:
    people = a_list(0.009, outgrown=False)
    outgrowth = Outgrowth(people)
    assert told(outgrowth) == []
    people.outgrown, people.stranger_risk = TOO_LONG, 0.0123
    (event,) = told(outgrowth, 7.5)
    assert (event.state, event.source, event.stream_s) == ("outgrown", "", 7.5)
    assert event.at == "2026-01-01T00:00:00.000+00:00"
    assert (event.people, event.samples) == (6000, 6001)
    assert (event.stranger_risk, event.asked_risk) == (0.0123, 0.01)
    assert event.threshold.similarity == people.threshold.similarity
    assert event.reason is not None and "6,001 samples" in event.reason
    assert "it is 0.012 now" in event.reason and "--stranger-risk" in event.reason
    people.stranger_risk = 0.0245
    assert told(outgrowth) == []
    people.stranger_risk = 0.0246
    assert [one.stranger_risk for one in told(outgrowth)] == [0.0246]
    people.outgrown, people.stranger_risk = None, 0.008
    (event,) = told(outgrowth)
    assert (event.state, event.reason, event.stranger_risk) == ("fits", None, 0.008)
    assert told(outgrowth) == []


def test_a_risk_of_one_is_told_once() -> None:
    people = a_list(0.6, outgrown=True)
    outgrowth = Outgrowth(people)
    assert len(told(outgrowth)) == 1
    people.stranger_risk = 1.0
    assert len(told(outgrowth)) == 1
    assert told(outgrowth) == []


@pytest.mark.parametrize("similarity", [0.9])
def test_a_threshold_by_hand_is_never_outgrown(similarity: float) -> None:
    people = a_list(None, outgrown=False)
    people.threshold = manual_threshold(similarity)
    assert told(Outgrowth(people)) == []
