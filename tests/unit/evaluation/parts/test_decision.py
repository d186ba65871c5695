"""Decisions at a threshold fixed beforehand, against loops."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facemetric.decide import manual_threshold
from facemetric.evaluation import Settings
from facemetric.evaluation.metrics import search_outcomes
from facemetric.evaluation.parts import (
    Decision,
    measure_all_pairs,
    measure_pair_decision,
    measure_search_decision,
    unmeasured,
)

SETTINGS = Settings(replicates=60)


def people_of(count: int, each: int, *, noise: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(4)
    labels = np.repeat(np.arange(count), each)
    vectors = random.normal(size=(count, 8))[labels] + noise * random.normal(size=(len(labels), 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), labels


def test_searches_are_named_rightly_wrongly_or_not_at_all() -> None:
    vectors, labels = people_of(40, 2)
    gallery, probes = np.arange(0, 40, 2), np.arange(1, 80, 2)
    scores = vectors[probes].astype(float) @ vectors[gallery].astype(float).T
    searches = search_outcomes(scores, labels[probes], labels[gallery])
    limit = 0.6
    part = measure_search_decision(
        "decision",
        searches,
        labels[probes],
        SETTINGS,
        threshold=manual_threshold(limit),
        promised=0.01,
        enrolled=len(gallery),
    )
    outcome = []
    for row, person in zip(scores, labels[probes], strict=True):
        best = int(row.argmax())
        if row[best] < limit:
            outcome.append((person < 20, "nobody"))
        else:
            outcome.append((person < 20, "right" if labels[gallery[best]] == person else "wrong"))
    mated = [what for enrolled, what in outcome if enrolled]
    strangers = [what for enrolled, what in outcome if not enrolled]
    assert part.kind == "identification"
    assert part.counts == {"enrolled": 20, "probes with a mate": 20, "probes without": 20}
    assert part.figure("DIR").value == pytest.approx(mated.count("right") / 20)
    assert part.figure("named as somebody else").value == pytest.approx(mated.count("wrong") / 20)
    assert part.figure("not named").value == pytest.approx(mated.count("nobody") / 20)
    named = strangers.count("wrong")
    assert 10 <= named < 20
    assert part.figures[0].name == "FPIR" and part.figures[0].value == pytest.approx(named / 20)
    assert "promises too much" in part.notes[1]


def test_pairs_of_strangers_that_pass_are_counted() -> None:
    vectors, labels = people_of(30, 3)
    pairs = measure_all_pairs("all pairs", vectors, labels, SETTINGS)
    part = measure_pair_decision(
        "decision", pairs, SETTINGS, threshold=manual_threshold(0.5), promised=0.5
    )
    scores = vectors.astype(float) @ vectors.astype(float).T
    first, second = np.triu_indices(len(labels), 1)
    same = labels[first] == labels[second]
    passes = scores[first, second] >= 0.5
    assert isinstance(part, Decision) and part.kind == "verification"
    assert part.figure("FAR").value == pytest.approx(passes[~same].mean())
    assert part.figure("TAR").value == pytest.approx(passes[same].mean())
    assert "keeps what it promises" in part.notes[1]


def test_few_hits_give_a_bound_and_no_verdict() -> None:
    vectors, labels = people_of(30, 3, noise=0.05)
    pairs = measure_all_pairs("all pairs", vectors, labels, SETTINGS)
    part = measure_pair_decision(
        "decision", pairs, SETTINGS, threshold=manual_threshold(0.97), promised=1e-3
    )
    far = part.figure("FAR")
    assert far.value is None and far.at_most is not None and 1e-3 < far.at_most < 1
    assert "too few to name a rate" in far.note
    assert "too few people to tell" in part.notes[1]


def test_impostors_that_were_not_kept_cannot_be_counted() -> None:
    vectors, labels = people_of(30, 3)
    pairs = measure_all_pairs("all pairs", vectors, labels, SETTINGS)
    assert pairs.subjects is not None
    part = measure_pair_decision(
        "decision",
        replace(pairs, subjects=None),
        SETTINGS,
        threshold=manual_threshold(0.5),
        promised=0.1,
    )
    assert part.figures[0].value is None and part.figures[0].at_most is None
    assert "calibrate on such photographs" in part.figures[0].note


@pytest.mark.parametrize("kind", ["verification", "identification", "clustering"])
def test_what_is_not_measured_says_why(kind: str) -> None:
    part = unmeasured("part", kind, "FAR", "no calibration")
    assert part.kind == kind
    assert part.figures[0].text() == "no figure"
    assert part.to_wire().figures[0].note == "no calibration"
