"""Clustering figures in a draw of people against loops over images, and the figures themselves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.evaluation.intervals import (
    clustering_intervals,
    compare_clusterings,
    people_draws,
)
from facemetric.evaluation.intervals.clustering_draw import ClusteringInDraw
from facemetric.evaluation.metrics import (
    adjusted_rand_index,
    bcubed_f,
    normalized_mutual_information,
    pairwise_f,
)

PEOPLE, IMAGES = 6, 4


def grouped(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """People, and clusters that split and mix some of them; some images stand alone."""
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(PEOPLE), IMAGES)
    return labels, np.where(random.random(len(labels)) < 0.3, random.integers(-1, 9, 24), labels)


def slow(labels: np.ndarray, clusters: np.ndarray, draw: np.ndarray) -> list[float]:
    """The figures by loops over drawn copies; copies of one person never meet."""
    copies = [
        (person, copy, image)
        for image, person in enumerate(labels)
        for copy in range(int(draw[person]))
    ]
    alone = [cluster if cluster >= 0 else -2 - i for i, cluster in enumerate(clusters)]
    together = clustered = same = pairs = 0
    seen = []
    for person, copy, image in copies:
        mates, cluster, both, others = 0, 0, 0, 0
        for other, other_copy, other_image in copies:
            if person == other and copy != other_copy:
                continue
            one, near = person == other, alone[image] == alone[other_image]
            mates, cluster, both, others = (
                mates + one,
                cluster + near,
                both + (one and near),
                others + 1,
            )
            if (other, other_image) != (person, image):
                together += one and near
                clustered += near
                same += one
                pairs += 1
        seen.append((mates, cluster, both, others))
    table = np.array(seen, float)
    mates, cluster, both, others = table.T
    precision = together / clustered if clustered else 1.0
    recall = together / same
    expected = same * clustered / pairs
    bottom = (same + clustered) / 2 - expected
    p, r = np.mean(both / cluster), np.mean(both / mates)
    mean = (np.mean(np.log(others / mates)) + np.mean(np.log(others / cluster))) / 2
    information = np.mean(np.log(both * others / (mates * cluster)))
    return [
        precision,
        recall,
        2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        p,
        r,
        2 * p * r / (p + r),
        min(max(information / mean, 0.0), 1.0) if mean else 1.0,
        (together - expected) / bottom if bottom else 1.0,
    ]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_a_draw_is_the_images_written_out(seed: int) -> None:
    labels, clusters = grouped(seed)
    draw = people_draws(PEOPLE, replicates=1, seed=seed)[0]
    found = ClusteringInDraw(labels, clusters)(draw)
    assert found == pytest.approx(slow(labels, clusters, draw), abs=1e-12)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_everyone_once_gives_the_figures(seed: int) -> None:
    labels, clusters = grouped(seed)
    pairwise, bcubed = pairwise_f(labels, clusters), bcubed_f(labels, clusters)
    assert ClusteringInDraw(labels, clusters)(np.ones(PEOPLE)) == pytest.approx(
        [
            *(pairwise.precision, pairwise.recall, pairwise.f),
            *(bcubed.precision, bcubed.recall, bcubed.f),
            normalized_mutual_information(labels, clusters),
            adjusted_rand_index(labels, clusters),
        ]
    )


def test_intervals_and_comparison() -> None:
    labels, clusters = grouped(3)
    found = clustering_intervals(labels, clusters, replicates=100)
    assert found.bcubed_f.estimate == pytest.approx(bcubed_f(labels, clusters).f)
    assert found.bcubed_f.low < found.bcubed_f.estimate < found.bcubed_f.high
    perfect = clustering_intervals(labels, labels, replicates=100)
    assert perfect.adjusted_rand_index.low < perfect.adjusted_rand_index.high == 1.0
    assert perfect.normalized_mutual_information.low < 1.0
    better = compare_clusterings(labels, labels, clusters, replicates=100)
    assert better.decided
    assert better.first == pytest.approx(1.0)
    assert better.second == found.bcubed_f.estimate
    equal = compare_clusterings(
        labels, clusters, clusters, figure="adjusted_rand_index", replicates=100
    )
    assert (equal.difference.estimate, equal.p_value) == (0.0, 1.0)
    with pytest.raises(InputError, match="figure: expected one of pairwise_precision"):
        compare_clusterings(labels, labels, clusters, figure="purity")  # type: ignore[arg-type]
