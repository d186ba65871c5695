"""Thresholds new to mapped, against every pair written out."""

from __future__ import annotations

import numpy as np
import pytest

from facemetric.jobs.upgrading import cross_pairs, mixed_points
from layouts.two_networks import seen


def every_pair(new: np.ndarray, mapped: np.ndarray, labels: np.ndarray) -> tuple[list, list]:
    same, other = [], []
    for i, one in enumerate(new):
        for j, two in enumerate(mapped):
            if i != j:
                (same if labels[i] == labels[j] else other).append(float(one @ two))
    return sorted(same, reverse=True), sorted(other, reverse=True)


def test_every_pair_is_there_once_each_way() -> None:
    faces = seen(6, 3)
    labels = faces.photos.labels
    mapped = np.roll(faces.new, 1, axis=1)
    pairs = cross_pairs(faces.new, mapped, labels, share=1.0)
    same, other = every_pair(faces.new, mapped, labels)
    np.testing.assert_allclose(pairs.genuine, same, atol=1e-6)
    np.testing.assert_allclose(pairs.impostors, other, atol=1e-6)
    everybody = np.ones(6)
    assert pairs.complete
    assert pairs.impostor_total(everybody) == pytest.approx(len(other))
    draw = np.array([2.0, 0, 1, 1, 3, 0])
    assert pairs.impostor_total(draw) == pytest.approx(pairs.impostor_weights(draw).sum())
    hardest = cross_pairs(faces.new, mapped, labels, share=0.1)
    np.testing.assert_allclose(hardest.impostors, other[: len(hardest.impostors)], atol=1e-6)
    assert not hardest.complete


def test_the_stricter_threshold_decides_and_keeps_the_rate() -> None:
    faces = seen(60, 3)
    labels = faces.photos.labels
    rng = np.random.default_rng(0)
    mapped = faces.new + 0.1 * rng.normal(size=faces.new.shape).astype(np.float32)
    mapped /= np.linalg.norm(mapped, axis=1, keepdims=True)
    points = mixed_points(faces.new, mapped, labels, replicates=20)
    assert [point.far for point in points.both] == [1e-2, 5e-3, 2e-3, 1e-3]
    _, other = every_pair(faces.new, mapped, labels)
    plain = faces.new @ faces.new.T
    strangers = plain[labels[:, None] != labels[None, :]]
    for across, among, both in zip(points.across, points.among, points.both, strict=True):
        assert both.impostor_pairs == among.impostor_pairs == len(other) // 2
        assert both.similarity == max(across.similarity, among.similarity)
        assert np.mean(np.array(other) >= across.similarity) <= across.far
        assert np.mean(strangers >= both.similarity) <= both.far
        assert both.tar is not None and both.far_low <= both.far <= both.far_high * 1.5


def test_too_few_pairs_give_nothing() -> None:
    faces = seen(4, 2)
    points = mixed_points(faces.new, faces.new, faces.photos.labels, replicates=20)
    assert points.across == points.among == points.both == ()
