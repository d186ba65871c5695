from __future__ import annotations

import dataclasses

import numpy as np

from facemetric.evaluation.studies.noise import NoiseStudy
from facemetric.types import Chip, Image

from .conftest import SHAPE


def test_of_the_deviation_that_is_asked_for(chip: tuple[Chip, Image]) -> None:
    grey = dataclasses.replace(chip[0], pixels=np.full((112, 112, 3), 128, np.uint8))
    change = NoiseStudy().change(20, SHAPE)
    assert change is not None
    noise = change.chip(grey, chip[1]).pixels.astype(float) - 128
    assert abs(noise.std() - 20) < 0.5
    assert abs(noise.mean()) < 0.5
    neighbours = np.corrcoef(noise[:, :-1].ravel(), noise[:, 1:].ravel())[0, 1]
    assert abs(neighbours) < 0.02


def test_belongs_to_the_photograph(chip: tuple[Chip, Image]) -> None:
    change = NoiseStudy().change(20, SHAPE)
    assert change is not None
    once, again = (change.chip(*chip).pixels for _ in range(2))
    assert np.array_equal(once, again)
    other = dataclasses.replace(chip[1], sha256="0" * 64)
    assert not np.array_equal(once, change.chip(chip[0], other).pixels)


def test_unchanged_at_zero() -> None:
    assert NoiseStudy().change(0, SHAPE) is None
