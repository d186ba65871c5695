"""Searches for strangers against galleries that are drawn and looked up one by one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.evaluation.calibration import measure_searches
from facemetric.evaluation.calibration.search_points import lowest_search_threshold
from facemetric.evaluation.calibration.stranger_hits import find_hits
from facemetric.evaluation.intervals import people_draws


def people(count: int, images: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(count), images)
    vectors = random.normal(size=(count, 8))[labels] + 0.5 * random.normal(size=(len(labels), 8))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), labels


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 99),
    size=st.integers(1, 4),
    count=st.integers(3, 7),
    quantile=st.floats(0.05, 0.95),
)
def test_the_share_is_that_of_every_gallery(
    seed: int, size: int, count: int, quantile: float
) -> None:
    """One photograph a person, so that the galleries can be written out."""
    vectors, labels = people(count, 1, seed=seed)
    size = min(size, count - 1)
    hits = find_hits(vectors, labels, draws=1, share=1.0, seed=0)
    threshold = float(np.quantile(hits.similarities, quantile)) + 1e-7
    named = searches = 0
    for probe in range(count):
        others = [other for other in range(count) if other != probe]
        for gallery in combinations(others, size):
            searches += 1
            named += max(float(vectors[probe] @ vectors[other]) for other in gallery) >= threshold
    found = hits.shares_hit(threshold, size, np.ones((1, count)))[0]
    assert found == pytest.approx(named / searches, abs=1e-9)
    reached = int((hits.similarities >= threshold).sum())
    assert hits.share_hit(reached, size) == pytest.approx(found)


def test_drawn_people_are_written_out() -> None:
    """A person drawn twice fills two places of the gallery, and looks up twice."""
    vectors, labels = people(5, 1, seed=3)
    hits = find_hits(vectors, labels, draws=1, share=1.0, seed=0)
    threshold = float(np.median(hits.similarities))
    draw = np.array([2.0, 0, 1, 1, 1])
    copies = np.repeat(np.arange(5), draw.astype(int))
    named = searches = 0
    for probe in copies:
        others = [other for other in copies if other != probe]
        for gallery in combinations(others, 2):
            searches_of_probe = len(list(combinations(others, 2)))
            hit = max(float(vectors[probe] @ vectors[other]) for other in gallery) >= threshold
            named += hit / searches_of_probe
        searches += 1
    assert hits.shares_hit(threshold, 2, draw[None])[0] == pytest.approx(named / searches)


def test_thresholds_keep_their_rates_in_galleries_that_are_drawn() -> None:
    vectors, labels = people(120, 3, seed=1)
    points = measure_searches(
        vectors, labels, fpirs=(0.3, 0.1, 0.01), galleries=(10, 30, 100), replicates=40
    )
    # 360 photographs support 0.1 and not 0.01; 120 people a gallery of 40 at most.
    assert [(point.gallery, point.fpir) for point in points] == [
        (10, 0.3),
        (10, 0.1),
        (30, 0.3),
        (30, 0.1),
    ]
    random = np.random.default_rng(0)
    for point in points:
        named = []
        for _ in range(300):
            enrolled = random.choice(120, point.gallery, replace=False)
            rows = enrolled * 3 + random.integers(0, 3, point.gallery)
            probes = np.flatnonzero(~np.isin(labels, enrolled))
            best = (vectors[probes] @ vectors[rows].T).max(axis=1)
            named.append(np.mean(best >= point.similarity))
        assert np.mean(named) == pytest.approx(point.fpir, rel=0.15)
        assert point.fpir_low < point.fpir < point.fpir_high
        assert point.searches == 360
    for before, after in zip(points, points[2:], strict=False):
        assert after.similarity > before.similarity


def test_the_threshold_is_the_lowest() -> None:
    vectors, labels = people(40, 2, seed=2)
    hits = find_hits(vectors, labels, draws=2, share=1.0, seed=0)
    draws = people_draws(40, replicates=1, seed=0) * 0 + 1
    for fpir in (0.5, 0.2, 0.05):
        threshold = lowest_search_threshold(hits, fpir, 10)
        assert hits.shares_hit(threshold, 10, draws)[0] <= fpir
        assert hits.shares_hit(threshold - 2e-6, 10, draws)[0] > fpir - 0.01


def test_wrong_use_and_too_little_data() -> None:
    vectors, labels = people(12, 2)
    assert measure_searches(vectors, labels, galleries=(10,)) == ()
    assert measure_searches(vectors, labels, fpirs=(0.01,), galleries=(3,)) == ()
    with pytest.raises(InputError, match="fpirs"):
        measure_searches(vectors, labels, fpirs=(0.0,))
    with pytest.raises(InputError, match="galleries"):
        measure_searches(vectors, labels, galleries=(0,))
