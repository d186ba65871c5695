"""Distributions of angles against all pairs written out."""

import numpy as np
import pytest

from facemetric.errors import InputError
from facemetric.evaluation.metrics import angles_deg, person_angles


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_angles_of_all_pairs() -> None:
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(12), 5)
    centres = random.normal(size=(12, 16))
    vectors = unit(centres[labels] + 0.4 * random.normal(size=(60, 16)))
    found = person_angles(vectors, labels, percentiles=(5, 50, 95), chunk=7)
    angle = np.degrees(np.arccos(np.clip(vectors.astype(float) @ vectors.T.astype(float), -1, 1)))
    upper = np.triu(np.ones((60, 60), bool), 1)
    same = labels[:, None] == labels
    for mine, wanted in (
        (found.within, angle[upper & same]),
        (found.between, angle[upper & ~same]),
    ):
        assert mine.pairs == len(wanted)
        assert mine.smallest_deg == pytest.approx(wanted.min(), abs=1e-3)
        assert mine.largest_deg == pytest.approx(wanted.max(), abs=1e-3)
        for share, value in mine.percentiles_deg.items():
            exact = np.percentile(wanted, share, method="inverted_cdf")
            assert value == pytest.approx(exact, abs=mine.width_deg / 2 + 1e-3)
    assert found.gap_deg == found.between.smallest_deg - found.within.largest_deg
    assert found.separated == (angle[upper & same].max() < angle[upper & ~same].min())


def test_tight_people_far_apart_are_separated() -> None:
    labels = np.repeat(np.arange(4), 3)
    vectors = unit(np.eye(4)[labels] + 0.01 * np.random.default_rng(1).normal(size=(12, 4)))
    found = person_angles(vectors, labels)
    assert found.separated
    assert found.within.largest_deg < 5 < 85 < found.between.smallest_deg


def test_angles_of_cosines() -> None:
    cosines = np.array([1.0000001, 1.0, 0.5, 0.0, -1.0, -1.0000001], np.float32)
    assert angles_deg(cosines) == pytest.approx([0, 0, 60, 90, 180, 180], abs=1e-4)
    assert angles_deg(cosines).dtype == np.float32


def test_a_kind_of_pair_is_absent() -> None:
    vectors = unit(np.random.default_rng(2).normal(size=(4, 3)))
    for labels in (np.zeros(4, int), np.arange(4)):
        with pytest.raises(InputError, match="pairs of one person and of different people"):
            person_angles(vectors, labels)
