from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.decide import (
    CLASSIFIERS,
    Nearest,
    Ranked,
    Threshold,
    decide_who,
    identify,
    identify_many,
    manual_threshold,
)
from facemetric.errors import InputError

SAMPLES = np.eye(4, dtype=np.float32)
LABELS = ["anna", "bert", "cleo", "dora"]


def _between(a: int, b: int, angle: float) -> np.ndarray:
    return (np.cos(angle) * SAMPLES[a] + np.sin(angle) * SAMPLES[b]).astype(np.float32)


@pytest.mark.parametrize("name", list(CLASSIFIERS))
def test_a_known_face_is_named_and_a_stranger_is_unknown(name: str) -> None:
    classifier = CLASSIFIERS[name]().fit(SAMPLES, LABELS)
    known = identify(_between(1, 2, 0.2), classifier, manual_threshold(0.9), k=2)
    assert known.name == "bert"
    assert [one.label for one in known.candidates] == ["bert", "cleo"]
    assert known.reason == "similarity 0.980 reaches 0.900 (given by hand, no calibration)"
    assert known.liveness == "not_checked"
    stranger = identify(_between(1, 2, 0.7), classifier, manual_threshold(0.9))
    assert stranger.name is None
    assert stranger.candidates[0].label == "bert"
    assert stranger.reason.startswith("unknown: bert comes first, at 0.765, below 0.900")


def test_the_decision_is_made_on_the_similarity_not_on_the_score() -> None:
    # An SVM's margin is positive for somebody whoever asks.
    sure = (Ranked("anna", 0.2, 9.5, 0), Ranked("bert", 0.8, -1.0, 1))
    assert decide_who(sure, manual_threshold(0.5), compared=2).name is None
    unsure = (Ranked("anna", 0.7, -3.0, 0),)
    assert decide_who(unsure, manual_threshold(0.5), compared=1).name == "anna"


def test_many_are_identified_as_one_by_one() -> None:
    classifier = Nearest().fit(SAMPLES, LABELS)
    queries = np.stack([_between(0, 1, angle) for angle in np.linspace(0, 1.5, 9)])
    threshold = manual_threshold(0.8)
    assert identify_many(queries, classifier, threshold) == [
        identify(query, classifier, threshold) for query in queries
    ]


@settings(deadline=None, max_examples=40)
@given(rate=st.floats(1e-9, 1.0), count=st.integers(1, 10**6))
def test_the_risk_grows_with_the_gallery_up_to_the_union_bound(rate: float, count: int) -> None:
    threshold = Threshold(0.5, rate, "test", far_high=rate)
    first = (Ranked("anna", 0.9, 0.9, 0),)
    risk = decide_who(first, threshold, compared=count).stranger_risk
    assert 0 < risk <= min(1.0, rate * count) * (1 + 1e-9)
    assert decide_who(first, threshold, compared=count + 1).stranger_risk >= risk
    assert decide_who(first, threshold, compared=1).stranger_risk == pytest.approx(rate)


def test_the_risk_uses_the_upper_end_of_the_interval() -> None:
    threshold = Threshold(0.5, 1e-3, "test", far_high=2e-3)
    answer = identify(SAMPLES[0], Nearest().fit(SAMPLES, LABELS), threshold)
    assert answer.stranger_risk == pytest.approx(1 - (1 - 2e-3) ** 4)


def test_a_threshold_by_hand_has_no_known_risk() -> None:
    answer = identify(SAMPLES[0], Nearest().fit(SAMPLES, LABELS), manual_threshold(0.5))
    assert answer.stranger_risk is None


def test_nobody_enrolled_is_an_answer_too() -> None:
    answer = decide_who((), Threshold(0.5, 1e-3, "test", far_high=1e-3), compared=0)
    assert answer.name is None
    assert answer.reason == "nobody is enrolled"
    assert answer.stranger_risk == 0


def test_wrong_use_is_told() -> None:
    classifier = Nearest().fit(SAMPLES, LABELS)
    with pytest.raises(InputError, match=r"query: expected \(D,\), got \(4, 4\)"):
        identify(SAMPLES, classifier, manual_threshold(0.5))
    with pytest.raises(InputError, match="compared: expected at least the 1 candidates"):
        decide_who((Ranked("anna", 0.9, 0.9, 0),), manual_threshold(0.5), compared=0)
