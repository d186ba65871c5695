"""Clustering figures against scikit-learn and loops over all pairs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import pair_confusion_matrix

from facemetric.errors import InputError
from facemetric.evaluation.metrics import (
    adjusted_rand_index,
    bcubed_f,
    contingency,
    normalized_mutual_information,
    pairwise_f,
)

IMAGES = st.lists(st.tuples(st.integers(-3, 4), st.integers(-1, 4)), min_size=1, max_size=40)


def arrays(images: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return people, clusters, and clusters in which each -1 has a name of its own."""
    people, clusters = np.array(images).T
    named = np.where(clusters == -1, 100 + np.arange(len(clusters)), clusters)
    return people, clusters, named


@settings(deadline=None, max_examples=200)
@given(IMAGES)
def test_against_scikit_learn(images: list[tuple[int, int]]) -> None:
    people, clusters, named = arrays(images)
    assert adjusted_rand_index(people, clusters) == pytest.approx(
        adjusted_rand_score(people, named), abs=1e-12
    )
    assert normalized_mutual_information(people, clusters) == pytest.approx(
        normalized_mutual_info_score(people, named), abs=1e-9
    )
    (_, false), (missed, right) = pair_confusion_matrix(people, named)
    pairs = pairwise_f(people, clusters)
    assert pairs.precision == pytest.approx(right / (right + false) if right + false else 1)
    assert pairs.recall == pytest.approx(right / (right + missed) if right + missed else 1)


@settings(deadline=None, max_examples=100)
@given(IMAGES)
def test_bcubed_is_the_mean_over_images(images: list[tuple[int, int]]) -> None:
    people, clusters, named = arrays(images)
    precision, recall = [], []
    for person, cluster in zip(people, named, strict=True):
        both = np.sum((people == person) & (named == cluster))
        precision.append(both / np.sum(named == cluster))
        recall.append(both / np.sum(people == person))
    score = bcubed_f(people, clusters)
    assert score.precision == pytest.approx(np.mean(precision))
    assert score.recall == pytest.approx(np.mean(recall))
    assert score.f == pytest.approx(2 / (1 / np.mean(precision) + 1 / np.mean(recall)))


def test_the_right_clustering_is_perfect() -> None:
    people = np.array([3, 3, 3, 8, 8, 9])
    clusters = np.array([5, 5, 5, 0, 0, -1])
    assert pairwise_f(people, clusters).f == 1
    assert bcubed_f(people, clusters).f == 1
    assert adjusted_rand_index(people, clusters) == 1
    assert normalized_mutual_information(people, clusters) == pytest.approx(1)


def test_large_collections_do_not_overflow() -> None:
    people = np.repeat(np.arange(2), 300_000)
    clusters = np.tile(np.arange(2), 300_000)
    assert pairwise_f(people, clusters).f == pytest.approx(0.5, abs=1e-5)
    assert adjusted_rand_index(people, clusters) == pytest.approx(0, abs=1e-5)


def test_contingency_keeps_every_image() -> None:
    table = contingency(np.array([1, 1, 2]), np.array([-1, -1, 7]))
    assert (table.images, table.people.tolist(), table.clusters.tolist()) == (3, [2, 1], [1, 1, 1])
    for people, clusters in (
        (np.zeros(2, int), np.zeros(3, int)),
        (np.zeros(2), np.zeros(2, int)),
        (np.zeros(0, int), np.zeros(0, int)),
    ):
        with pytest.raises(InputError, match="expected"):
            contingency(people, clusters)
