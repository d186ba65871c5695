from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.cluster import link
from facemetric.index import neighbour_graph


def _units(count: int, seed: int, dim: int = 5) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(count, dim))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def _one_after_another(
    values: np.ndarray, threshold: float, begin: list[int], fixed: np.ndarray
) -> set[frozenset[int]]:
    """Join the nearest two of all groups that may be, until no mean reaches the threshold."""
    products = values.astype(np.float64) @ values.T.astype(np.float64)
    groups = [[row for row in range(len(values)) if begin[row] == one] for one in set(begin)]
    while True:
        best, found = threshold, None
        for one, first in enumerate(groups):
            for other in range(one):
                second = groups[other]
                if fixed[first].any() and fixed[second].any():
                    continue
                mean = products[np.ix_(first, second)].mean()
                if mean >= best:
                    best, found = mean, (one, other)
        if found is None:
            return {frozenset(group) for group in groups}
        groups[found[1]] += groups.pop(found[0])


@settings(deadline=None, max_examples=40)
@given(count=st.integers(1, 22), seed=st.integers(0, 10**6), threshold=st.floats(0.0, 0.9))
def test_groups_are_those_of_one_pair_after_another(
    count: int, seed: int, threshold: float
) -> None:
    values = _units(count, seed)
    rng = np.random.default_rng(seed)
    begin = rng.integers(0, count, count)
    edges = neighbour_graph(values, neighbours=count, threshold=-1.0)
    labels = link(edges, values, threshold=threshold, begin=begin)
    wanted = _one_after_another(values, threshold, begin.tolist(), np.zeros(count, np.bool_))
    assert {frozenset(np.flatnonzero(labels == one).tolist()) for one in set(labels)} == wanted
    assert all(labels[rows].min() == begin[rows].min() for rows in map(list, wanted))


@settings(deadline=None, max_examples=40)
@given(count=st.integers(2, 30), seed=st.integers(0, 10**6), threshold=st.floats(-0.5, 0.9))
def test_what_must_not_come_together_does_not(count: int, seed: int, threshold: float) -> None:
    values = _units(count, seed)
    rng = np.random.default_rng(seed)
    apart = rng.integers(0, count, (6, 2))
    apart = apart[apart[:, 0] != apart[:, 1]]
    fixed = rng.random(count) < 0.3
    edges = neighbour_graph(values, neighbours=count, threshold=threshold)
    labels = link(edges, values, threshold=threshold, apart=apart, fixed=fixed)
    assert (labels[apart[:, 0]] != labels[apart[:, 1]]).all()
    assert len(set(labels[fixed].tolist())) == fixed.sum()
    again = link(edges, values, threshold=threshold, apart=apart, fixed=fixed)
    assert np.array_equal(labels, again)


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_to_join(count: int) -> None:
    values = _units(count, 0)
    edges = neighbour_graph(values, neighbours=3, threshold=0.5)
    assert link(edges, values, threshold=0.5).tolist() == list(range(count))


def test_the_same_photograph_many_times_is_one_group() -> None:
    values = np.repeat(np.eye(4, dtype=np.float32)[:1], 300, axis=0)
    edges = neighbour_graph(values, neighbours=8, threshold=0.9)
    assert len(set(link(edges, values, threshold=0.9).tolist())) == 1
