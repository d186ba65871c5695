"""Probes among distractors, against loops over all pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.evaluation.metrics.distractors import search_distractors
from facemetric.types import AnyArray


def coarse(rng: np.random.Generator, rows: int) -> AnyArray:
    """Vectors of which many are alike: their similarities tie."""
    vectors = rng.integers(-1, 2, size=(rows, 4)).astype(np.float64)
    vectors[(vectors == 0).all(axis=1), 0] = 1
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 7), st.integers(1, 9), st.integers(1, 40))
def test_against_loops(seed: int, rows: int, columns: int, keep: int) -> None:
    rng = np.random.default_rng(seed)
    people = rng.permutation(np.repeat(np.arange(4), rng.integers(2, 5, size=4)))
    probes, crowd = coarse(rng, len(people)), coarse(rng, 20)
    subsets = [np.sort(rng.permutation(20)[:3]), np.sort(rng.permutation(20)[:9]), np.arange(14)]
    met = search_distractors(probes, people, crowd, subsets, keep=keep, rows=rows, columns=columns)
    # As the blocks compute them: float32 sums may differ in the last bit by block size.
    table = np.round(probes.astype(np.float64) @ crowd.T.astype(np.float64), 6)
    trials = [
        (i, j)
        for i in range(len(people))
        for j in range(len(people))
        if i != j and people[i] == people[j]
    ]
    assert list(zip(met.probe.tolist(), met.mate.tolist(), strict=True)) == trials
    for trial, (i, j) in enumerate(trials):
        mate = float(probes[i].astype(np.float64) @ probes[j].astype(np.float64))
        assert met.mate_scores[trial] == pytest.approx(mate, abs=1e-6)
        ranks = [1 + sum(table[i, k] >= mate + slack for k in range(14)) for slack in (2e-6, -2e-6)]
        assert ranks[0] <= met.ranks[trial] <= ranks[1]
    for number, subset in enumerate(subsets):
        np.testing.assert_allclose(met.highest[number], table[:, subset].max(axis=1), atol=2e-6)
        found = met.mate_scores > met.highest[number][met.probe]
        np.testing.assert_array_equal(met.found(number), found)
    every = np.sort(table[:, :14].ravel())[::-1]
    assert met.impostor.total == len(every)
    assert len(met.hardest_scores) == min(keep, len(every))
    np.testing.assert_allclose(met.hardest_scores, every[:keep], atol=2e-6)
    np.testing.assert_allclose(
        met.hardest_scores, table[met.hardest[:, 0], met.hardest[:, 1]], atol=2e-6
    )


def test_first_of_the_last_subset_is_found() -> None:
    rng = np.random.default_rng(1)
    probes, people = coarse(rng, 12), np.repeat(np.arange(4), 3)
    met = search_distractors(probes, people, coarse(rng, 9), [np.arange(9)], keep=5)
    np.testing.assert_array_equal(met.ranks == 1, met.found(0))


def test_what_is_refused() -> None:
    rng = np.random.default_rng(0)
    probes, crowd, people = coarse(rng, 4), coarse(rng, 5), np.array([0, 0, 1, 1])
    with pytest.raises(InputError, match="person 1 has one photograph"):
        search_distractors(probes[:3], people[:3], crowd, [np.arange(5)], keep=5)
    with pytest.raises(InputError, match="at least one distractor in each"):
        search_distractors(probes, people, crowd, [np.arange(0), np.arange(5)], keep=5)
    with pytest.raises(InputError, match="expected the first rows in the last one"):
        search_distractors(probes, people, crowd, [np.array([1, 2])], keep=5)
