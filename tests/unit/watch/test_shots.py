"""Best shots and their mean."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.types import Chip, ChipQuality, Face
from facemetric.watch.shots import BestShots, shot_weight
from layouts.sightings import near, sighting, unit

BOX = [0.0, 0, 80, 80]


def chip(**measures: float) -> Chip:
    values = {
        "size_px": 120.0,
        "sharpness": 150.0,
        "yaw_deg": 0.0,
        "pitch_deg": 0.0,
        "roll_deg": 0.0,
        "brightness": 0.5,
        "contrast": 0.2,
        "clipped": 0.0,
    } | measures
    face = Face(np.array(BOX, np.float32), 1.0, np.zeros((5, 2), np.float32))
    return Chip(np.zeros((8, 8, 3), np.uint8), "t", face, ChipQuality(**values))


def test_a_near_sharp_frontal_face_weighs_most() -> None:
    assert shot_weight(chip()) == 1.0
    for worse in (
        {"size_px": 40.0},
        {"sharpness": 10.0},
        {"yaw_deg": 50.0},
        {"pitch_deg": -40.0},
        {"clipped": 0.4},
    ):
        assert 0 < shot_weight(chip(**worse)) < 0.8
    assert shot_weight(chip(yaw_deg=100.0)) == 0.0


def kept(weights: list[float], *, most: int) -> BestShots:
    shots = BestShots(most)
    for number, weight in enumerate(weights):
        one = sighting(BOX, number, who=near(unit(1), 0.9, number), weight=weight)
        one.embedding = one.who
        shots.add(one)
    return shots


def test_of_shots_that_are_alike_the_best_is_kept() -> None:
    shots = BestShots(3)
    for number, weight in enumerate([0.5, 0.9, 0.3, 0.6, 0.7, 0.2]):
        who = unit(number % 2)  # two looks of a face, each several times
        one = sighting(BOX, number, who=who, weight=weight)
        one.embedding = one.who
        shots.add(one)
    kept = sorted((shot.at_s % 2, shot.weight) for shot in shots._shots)
    assert len(kept) == 3
    assert (0, 0.7) in kept and (1, 0.9) in kept
    assert shots.added == 6


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0.05, 1), min_size=1, max_size=20), st.integers(1, 5))
def test_the_best_one_is_always_kept(weights: list[float], most: int) -> None:
    shots = kept(weights, most=most)
    assert len(shots) == min(len(weights), most)
    assert shots.best.weight == max(weights)
    assert shots.added == len(weights)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0.05, 1), min_size=1, max_size=8), st.integers(0, 100))
def test_cosine_times_norm_is_the_mean_of_the_cosines(weights: list[float], seed: int) -> None:
    shots = kept(weights, most=8)
    template, norm = shots.template()
    assert np.linalg.norm(template) == pytest.approx(1, abs=1e-6)
    assert 0 < norm <= 1
    other = unit(seed)
    cosines = [near(unit(1), 0.9, number) @ other for number in range(len(weights))]
    mean = np.average(cosines, weights=weights)
    assert float(template @ other) * norm == pytest.approx(mean, abs=1e-5)


def test_only_what_would_be_kept_is_wanted() -> None:
    shots = kept([0.5, 0.6], most=2)
    assert not shots.wants(0.52)
    assert shots.wants(0.7)
    assert kept([0.5], most=2).wants(0.1)
    assert not kept([0.5], most=2).wants(0.0)
