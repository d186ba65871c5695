from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from facemetric.cluster import Corrections, chinese_whispers, components, whisper
from facemetric.cluster.graph import PARTS, ROUNDS
from facemetric.errors import InputError


def _by_the_book(weights: np.ndarray, seed: int) -> list[int]:
    """The algorithm over a full weight matrix, one node at a time; 0 is no edge."""
    count = len(weights)
    labels = list(range(count))
    rng = np.random.default_rng(seed)
    busy = np.flatnonzero(weights.any(axis=1))
    for _ in range(ROUNDS):
        before = list(labels)
        for turn in np.array_split(rng.permutation(busy), PARTS):
            heard = list(labels)  # all of one turn hear the same
            for node in turn.tolist():
                totals = np.zeros(count)
                for other in range(count):
                    totals[heard[other]] += weights[node, other]
                labels[node] = int(totals.argmax())
        if labels == before:
            break
    return labels


@settings(deadline=None, max_examples=60)
@given(nodes=st.integers(1, 30), density=st.floats(0, 1), seed=st.integers(0, 10**6))
def test_the_labels_are_those_of_the_plain_algorithm(nodes: int, density: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Distinct powers of two: no two sums are equal, so nothing is drawn.
    powers = 2.0 ** (rng.permutation(nodes * nodes).reshape(nodes, nodes) - 500.0)
    weights = np.triu(powers * (rng.random((nodes, nodes)) < density), 1)
    starts, ends = np.nonzero(weights)
    labels = whisper(starts, ends, weights[starts, ends], nodes, seed=seed)
    assert labels.tolist() == _by_the_book(weights + weights.T, seed)


@settings(deadline=None, max_examples=60)
@given(nodes=st.integers(2, 30), seed=st.integers(0, 10**6))
def test_equal_weights_end_where_nobody_wants_another_label(nodes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    starts, ends = np.nonzero(np.triu(rng.random((nodes, nodes)) < 0.3, 1))
    labels = whisper(starts, ends, np.ones(len(starts)), nodes, seed=seed)
    assert labels.tolist() == whisper(starts, ends, np.ones(len(starts)), nodes, seed=seed).tolist()
    unhappy = 0
    for node in range(nodes):
        near = np.concatenate([ends[starts == node], starts[ends == node]])
        if len(near):
            votes = np.bincount(labels[near], minlength=nodes)
            unhappy += votes[labels[node]] < votes.max()
    assert unhappy <= 2  # thirty rounds need not be enough


@settings(deadline=None, max_examples=60)
@given(nodes=st.integers(4, 30), seed=st.integers(0, 10**6), data=st.data())
def test_corrections_hold(nodes: int, seed: int, data: st.DataObject) -> None:
    rng = np.random.default_rng(seed)
    starts, ends = np.nonzero(np.triu(rng.random((nodes, nodes)) < 0.5, 1))
    pairs = st.lists(st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)), max_size=4)
    same = np.array(data.draw(pairs), np.int64).reshape(-1, 2)
    different = np.array(data.draw(pairs), np.int64).reshape(-1, 2)
    corrections = Corrections(same, different)
    joined = components(same[:, 0], same[:, 1], nodes)
    contradicted = (joined[different[:, 0]] == joined[different[:, 1]]).any()

    def run() -> np.ndarray:
        return whisper(
            starts, ends, np.ones(len(starts)), nodes, seed=seed, corrections=corrections
        )

    if contradicted:
        with pytest.raises(InputError, match="said to be the same person, and not to be"):
            run()
        return
    labels = run()
    assert (labels[same[:, 0]] == labels[same[:, 1]]).all()
    assert (labels[different[:, 0]] != labels[different[:, 1]]).all()


def test_new_nodes_join_those_that_are_known() -> None:
    left = [(a, b) for a in range(5) for b in range(a)]
    edges = [*left, *((a + 5, b + 5) for a, b in left), (10, 0), (10, 1), (11, 12)]
    starts, ends = np.array(edges).T
    known = np.array([7, 7, 7, 7, 7, 3, 3, 3, 4, 4])  # somebody has divided the second five
    labels = whisper(starts, ends, np.ones(len(starts)), 13, known=known)
    assert labels[:10].tolist() == [0, 0, 0, 0, 0, 5, 5, 5, 8, 8]
    assert labels[10] == 0 and labels[11] == labels[12] >= 10
    with pytest.raises(InputError, match="known: expected at most 13 labels, got 20"):
        whisper(starts, ends, np.ones(len(starts)), 13, known=np.arange(20))


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
