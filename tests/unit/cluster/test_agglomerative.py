from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_rand_score

from facemetric.cluster import agglomerative, auto, dbscan


def _units(count: int, seed: int, dim: int = 6) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(count, dim))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


@settings(deadline=None, max_examples=30)
@given(count=st.integers(2, 30), seed=st.integers(0, 9999), threshold=st.floats(-0.5, 0.95))
def test_the_groups_are_scipys(count: int, seed: int, threshold: float) -> None:
    values = _units(count, seed)
    tree = linkage(values.astype(np.float64), "average", metric="cosine")
    wanted = fcluster(tree, 1 - threshold, "distance")
    labels = agglomerative(values, threshold=threshold, n_clusters=None)
    assert adjusted_rand_score(wanted, labels) == 1.0


def test_a_pair_exactly_at_the_threshold_is_joined() -> None:
    values = np.array([[1, 0], [0, 1]], np.float32)
    assert len(set(agglomerative(values, threshold=0.0, n_clusters=None).tolist())) == 1
    assert len(set(agglomerative(values, threshold=0.01, n_clusters=None).tolist())) == 2


def test_one_bridge_joins_two_people_under_dbscan_only() -> None:
    angles = np.array([0.0, 0.05, 0.1, 0.45, 0.80, 0.85, 0.9])
    values = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    threshold = float(np.cos(0.36))
    assert len(set(dbscan(values, threshold=threshold, n_clusters=None).tolist())) == 1
    labels = agglomerative(values, threshold=threshold, n_clusters=None)
    assert labels[0] == labels[2] != labels[4] == labels[6]


@settings(deadline=None, max_examples=30)
@given(count=st.integers(2, 40), seed=st.integers(0, 9999), threshold=st.floats(-0.3, 0.95))
def test_the_groups_along_the_graph_are_scipys(count: int, seed: int, threshold: float) -> None:
    values = _units(count, seed)
    tree = linkage(values.astype(np.float64), "average", metric="cosine")
    wanted = fcluster(tree, 1 - threshold, "distance")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("facemetric.cluster.agglomerative"), "MOST_PAIRS", 1)
        labels = auto(values, threshold=threshold, n_clusters=None)
    assert adjusted_rand_score(wanted, labels) == 1.0
