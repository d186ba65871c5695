"""What every clustering method must do."""

from __future__ import annotations

import numpy as np
import pytest

from facemetric.cluster import METHODS, cluster
from facemetric.errors import InputError

PEOPLE, EACH, DIM = 5, 12, 32
BY_NUMBER = {"k-means"}
"""Methods that take a number of people in place of a threshold."""
BY_ITSELF = {"hdbscan"}
"""Methods that need neither."""


def _faces() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    centres = rng.normal(size=(PEOPLE, DIM)).repeat(EACH, axis=0)
    values = centres + 0.2 * rng.normal(size=centres.shape)
    truth = np.arange(len(values)) // EACH
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32), truth


def _group(method: str, faces: np.ndarray, people: int = PEOPLE) -> np.ndarray:
    if method in BY_NUMBER:
        return cluster(faces, method=method, n_clusters=people)
    return cluster(faces, method=method, threshold=0.8)


def _same(labels: np.ndarray) -> np.ndarray:
    return (labels[:, None] == labels[None]) & (labels[:, None] >= 0)


@pytest.fixture(params=sorted(METHODS))
def method(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_there_are_methods() -> None:
    assert len(METHODS) >= 6
    assert set(METHODS) >= BY_NUMBER | {"auto"}


def test_people_that_are_well_apart_are_found(method: str) -> None:
    faces, truth = _faces()
    labels = _group(method, faces)
    assert (labels.dtype, labels.shape) == (np.int64, (len(faces),))
    np.testing.assert_array_equal(_same(labels), _same(truth))


def test_groups_are_numbered_by_size_without_gaps(method: str) -> None:
    faces, truth = _faces()
    kept = np.flatnonzero((truth < 3) & ((truth != 1) | (np.arange(len(truth)) % EACH < 8)))
    labels = _group(method, faces[kept], people=3)
    sizes = np.bincount(labels[labels >= 0])
    assert sizes.tolist() == sorted(sizes.tolist(), reverse=True)
    assert sizes.min() > 0
    assert labels.min() >= -1


def test_the_order_of_faces_does_not_matter(method: str) -> None:
    faces, _ = _faces()
    order = np.random.default_rng(8).permutation(len(faces))
    labels, mixed = _group(method, faces), _group(method, faces[order])
    np.testing.assert_array_equal(_same(labels)[np.ix_(order, order)], _same(mixed))


def test_the_same_seed_gives_the_same_groups(method: str) -> None:
    faces, _ = _faces()
    np.testing.assert_array_equal(_group(method, faces), _group(method, faces))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_faces_are_no_error(method: str, count: int) -> None:
    faces, _ = _faces()
    labels = _group(method, faces[:count], people=1)
    assert labels.shape == (count,)
    assert set(labels.tolist()) <= {-1, 0, 1}


def test_what_a_method_lacks_is_told(method: str) -> None:
    faces, _ = _faces()
    if method in BY_ITSELF:
        assert len(cluster(faces, method=method)) == len(faces)
    else:
        with pytest.raises(InputError, match=r"number of people|threshold"):
            cluster(faces, method=method)
    with pytest.raises(InputError, match="embeddings"):
        cluster(faces * 2, method=method, threshold=0.5)
