"""Noise: the chip from too little light."""

from __future__ import annotations

import dataclasses

import numpy as np

from facemetric.evaluation.embedding import Change
from facemetric.evaluation.studies.generator import generator_of
from facemetric.evaluation.studies.study import NetworkShape, PhotoStudy, Unchanged
from facemetric.types import Chip, Image

_SEED = 6


class NoiseStudy(PhotoStudy):
    """Independent Gaussian noise on every value of the chip."""

    name = "noise"
    title = "Noise"
    axis = "standard deviation of the noise, grey levels"
    levels = (0, 5, 10, 20, 30, 40, 60)
    highest = 255

    def change(self, level: float, shape: NetworkShape) -> Change | None:
        """Return the noise."""
        return _Noisy(level) if level else None


class _Noisy(Unchanged):
    def __init__(self, sigma: float) -> None:
        super().__init__("noise", sigma=sigma, seed=_SEED)
        self._sigma = sigma

    def chip(self, chip: Chip, image: Image) -> Chip:
        """Return the chip with noise that belongs to the photograph."""
        grain = generator_of(image, _SEED).normal(0, self._sigma, chip.pixels.shape)
        noisy = np.clip(np.rint(chip.pixels + grain), 0, 255).astype(np.uint8)
        return dataclasses.replace(chip, pixels=noisy)
