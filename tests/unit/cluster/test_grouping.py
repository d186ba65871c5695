from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from facemetric.cluster import METHODS, cluster
from facemetric.cluster.grouping import renumber
from facemetric.errors import InputError, UnknownNameError

NAMES = [
    "agglomerative",
    "auto",
    "chinese-whispers",
    "components",
    "dbscan",
    "hdbscan",
    "k-means",
]
NOISY = {"dbscan", "hdbscan"}
THRESHOLD = 0.6


def _blobs(
    sizes: list[int], *, dim: int = 64, noise: float = 0.05, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Tight groups about random directions of the unit sphere, mixed."""
    rng = np.random.default_rng(seed)
    means = rng.normal(size=(len(sizes), dim))
    truth = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    values = (means / np.linalg.norm(means, axis=1, keepdims=True))[truth]
    values = values + rng.normal(size=values.shape) * noise
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32), truth


def _arguments(name: str, people: int) -> dict[str, float]:
    return {"n_clusters": people} if name == "k-means" else {"threshold": THRESHOLD}


def test_the_registry_holds_them() -> None:
    assert list(METHODS) == NAMES
    with pytest.raises(UnknownNameError, match="Did you mean 'k-means'"):
        cluster(np.eye(3, dtype=np.float32), method="kmeans")


@pytest.mark.parametrize("name", NAMES)
def test_clear_groups_are_found(name: str) -> None:
    values, truth = _blobs([30, 18, 9, 5, 2])
    labels = cluster(values, method=name, **_arguments(name, 5))
    assert labels.dtype == np.int64
    assert adjusted_rand_score(truth, labels) == 1.0
    # 0 is the largest, and so on.
    assert np.bincount(labels).tolist() == [30, 18, 9, 5, 2]


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"k-means"}))
def test_a_face_alone_is_a_group_or_noise(name: str) -> None:
    values, truth = _blobs([6, 4, 1, 1])
    labels = cluster(values, method=name, threshold=THRESHOLD)
    single = np.isin(truth, [2, 3])
    if name in NOISY:
        assert (labels[single] == -1).all()
    else:
        assert sorted(labels[single]) == [2, 3]
        assert labels[single][0] == 2
    assert (labels[truth == 0] == 0).all()
    assert (labels[truth == 1] == 1).all()


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=6)
@given(seed=st.integers(0, 9999))
def test_the_order_of_the_faces_does_not_matter(name: str, seed: int) -> None:
    values, truth = _blobs([9, 7, 5, 3], seed=seed)
    order = np.random.default_rng(seed).permutation(len(values))
    labels = cluster(values, method=name, **_arguments(name, 4))
    shuffled = cluster(values[order], method=name, **_arguments(name, 4))
    assert np.array_equal(shuffled, labels[order])
    assert adjusted_rand_score(truth, labels) == 1.0


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_groups(name: str) -> None:
    values, _ = _blobs([12, 10, 8, 6], noise=0.11, seed=4)
    one = cluster(values, method=name, seed=3, **_arguments(name, 4))
    assert np.array_equal(one, cluster(values, method=name, seed=3, **_arguments(name, 4)))


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"hdbscan"}))
def test_the_same_photograph_many_times_is_one_group(name: str) -> None:
    values = np.repeat(np.eye(8, dtype=np.float32)[:1], 12, axis=0)
    labels = cluster(values, method=name, **_arguments(name, 1))
    assert (labels == 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_one_face_and_none(name: str) -> None:
    one = np.eye(4, dtype=np.float32)[:1]
    wanted = -1 if name in NOISY else 0
    assert cluster(one, method=name, **_arguments(name, 1)).tolist() == [wanted]
    assert cluster(one[:0], method=name, **_arguments(name, 1)).tolist() == []


@pytest.mark.parametrize("name", ["agglomerative", "auto"])
@pytest.mark.parametrize("people", [1, 3, 5])
def test_a_number_of_people_can_take_the_place_of_the_threshold(name: str, people: int) -> None:
    values, _ = _blobs([9, 7, 5, 3])
    labels = cluster(values, method=name, n_clusters=people)
    assert len(np.unique(labels)) == people


def test_hdbscan_needs_neither() -> None:
    values, truth = _blobs([15, 10, 8], noise=0.03)
    assert adjusted_rand_score(truth, cluster(values, method="hdbscan")) == 1.0


def test_hdbscan_with_a_threshold_lets_go_of_who_is_like_nobody() -> None:
    values, _ = _blobs([15, 10, 8], noise=0.12)
    loose = cluster(values, method="hdbscan")
    strict = cluster(values, method="hdbscan", threshold=0.6)
    assert (strict >= 0).sum() < (loose >= 0).sum()
    for row in np.flatnonzero(loose >= 0):
        mates = np.flatnonzero((loose == loose[row]) & (np.arange(len(values)) != row))
        best = (values[mates] @ values[row]).max()
        assert (strict[row] == -1) == (best < 0.6)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"hdbscan", "k-means"}))
def test_a_missing_threshold_is_told(name: str) -> None:
    with pytest.raises(InputError, match=r"threshold: .* needs the similarity.*threshold_for"):
        cluster(np.eye(4, dtype=np.float32), method=name)


@pytest.mark.parametrize("name", ["chinese-whispers", "components", "dbscan", "hdbscan"])
def test_a_number_of_people_that_is_not_used_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"n_clusters=, --people\): .* finds the number of people"):
        cluster(np.eye(4, dtype=np.float32), method=name, threshold=0.5, n_clusters=2)


def test_contradictory_arguments_are_told() -> None:
    values = np.eye(4, dtype=np.float32)
    with pytest.raises(InputError, match="expected a threshold or a number of people"):
        cluster(values, method="agglomerative", threshold=0.5, n_clusters=2)
    with pytest.raises(InputError, match="'k-means' takes no threshold"):
        cluster(values, method="k-means", threshold=0.5, n_clusters=2)
    with pytest.raises(InputError, match=r"number of people .*: 'k-means' needs it"):
        cluster(values, method="k-means")


@pytest.mark.parametrize("count", [0, 5, -1])
def test_the_number_of_people_lies_in_range(count: int) -> None:
    with pytest.raises(InputError, match=r"number of people .*--people\): expected 1 to 4"):
        cluster(np.eye(4, dtype=np.float32), method="k-means", n_clusters=count)


@pytest.mark.parametrize("value", [1.5, -2.0, np.nan])
def test_the_threshold_is_a_cosine(value: float) -> None:
    with pytest.raises(InputError, match="threshold: expected a cosine"):
        cluster(np.eye(4, dtype=np.float32), threshold=value)


@pytest.mark.parametrize(
    "bad", [np.zeros((3, 8, 8, 3), np.uint8), np.ones((3, 4), np.float32), np.full((2, 2), np.nan)]
)
def test_what_are_no_embeddings_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(InputError, match="embeddings: "):
        cluster(bad, threshold=0.5)


@settings(deadline=None, max_examples=80)
@given(st.lists(st.integers(-1, 6), max_size=40))
def test_renumbering_keeps_the_groups_and_orders_them(labels: list[int]) -> None:
    given_labels = np.array(labels, dtype=np.int64)
    result = renumber(given_labels)
    assert np.array_equal(result == -1, given_labels == -1)
    keys: dict[int, int] = {}
    for old, new in zip(labels, result.tolist(), strict=True):
        assert keys.setdefault(old, new) == new
    assert len(set(keys.values())) == len(keys)
    groups = [np.flatnonzero(result == group) for group in range(result.max(initial=-1) + 1)]
    order = [(-len(rows), rows[0]) for rows in groups]
    assert order == sorted(order)


def test_hdbscan_on_the_graph_is_the_one_of_all_distances(monkeypatch: pytest.MonkeyPatch) -> None:
    values, _ = _blobs([30, 20, 12, 9, 7, 5], noise=0.1, seed=3)
    wanted = cluster(values, method="hdbscan")
    monkeypatch.setattr(import_module("facemetric.cluster.hdbscan"), "MOST_DENSE", 1)
    assert adjusted_rand_score(wanted, cluster(values, method="hdbscan")) == 1.0
    # Parts that no edge joins, and the same photograph twice.
    far = np.concatenate([np.repeat(np.eye(4, dtype=np.float32)[:3], 4, axis=0)])
    labels = cluster(far, method="hdbscan")
    assert adjusted_rand_score(np.repeat([0, 1, 2], 4), labels) == 1.0
