from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from facemetric.cluster import chinese_whispers, whisper


def _by_the_book(weights: np.ndarray, seed: int) -> list[int]:
    """The algorithm over a full weight matrix, one step at a time; 0 is no edge."""
    count = len(weights)
    labels = list(range(count))
    rng = np.random.default_rng(seed)
    for _ in range(30):
        before = list(labels)
        for node in rng.permutation(count):
            totals = np.zeros(count)
            for other in range(count):
                totals[labels[other]] += weights[node, other]
            if totals.max() == 0 or totals[labels[node]] == totals.max():
                continue
            equal = np.flatnonzero(totals == totals.max())
            labels[node] = int(equal[int(rng.random() * len(equal))])
        if labels == before:
            break
    return labels


@settings(deadline=None, max_examples=60)
@given(nodes=st.integers(1, 14), density=st.floats(0, 1), seed=st.integers(0, 10**6))
def test_the_labels_are_those_of_the_plain_algorithm(nodes: int, density: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Whole weights: sums are then exact in any order.
    weights = np.triu(
        rng.integers(1, 9, (nodes, nodes)) * (rng.random((nodes, nodes)) < density), 1
    )
    starts, ends = np.nonzero(weights)
    labels = whisper(starts, ends, weights[starts, ends], nodes, seed=seed)
    assert labels.tolist() == _by_the_book(weights + weights.T, seed)


def test_nodes_without_edges_stay_alone() -> None:
    assert whisper([], [], [], 4).tolist() == [0, 1, 2, 3]


def test_components_never_mix() -> None:
    labels = whisper([0, 1, 3], [1, 2, 4], [1.0, 1.0, 1.0], 5, seed=1)
    assert labels[3] == labels[4]
    assert set(labels[:3].tolist()).isdisjoint(labels[3:].tolist())


def test_two_groups_with_one_bridge_stay_two() -> None:
    left = [(a, b) for a in range(6) for b in range(a)]
    right = [(a + 6, b + 6) for a, b in left]
    edges = np.array([*left, *right, (0, 6)])
    answers = [
        whisper(edges[:, 0], edges[:, 1], np.ones(len(edges)), 12, seed=seed).tolist()
        for seed in range(20)
    ]
    # A label can cross while all are new, rarely.
    assert sum(len(set(labels)) == 2 for labels in answers) >= 15
    assert all(len(set(labels[:6])) == len(set(labels[6:])) == 1 for labels in answers)


def test_more_photographs_than_neighbours_are_still_one_person() -> None:
    rng = np.random.default_rng(0)
    values = np.repeat(np.eye(64)[:2], 150, axis=0) + rng.normal(size=(300, 64)) * 0.04
    values = (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)
    labels = chinese_whispers(values, threshold=0.6, n_clusters=None)
    assert adjusted_rand_score(np.repeat([0, 1], 150), labels) == 1.0


@pytest.mark.parametrize("threshold", [0.999, 0.3])
def test_edges_are_the_pairs_at_the_threshold(threshold: float) -> None:
    angles = np.array([0.0, 0.5, 1.0, 1.5])
    values = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    labels = chinese_whispers(values, threshold=threshold, n_clusters=None)
    assert len(set(labels.tolist())) == (4 if threshold > 0.9 else 1)
