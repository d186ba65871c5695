"""Blur: the chip out of focus."""

from __future__ import annotations

import dataclasses

import cv2

from facemetric.evaluation.embedding import Change
from facemetric.evaluation.studies.study import NetworkShape, PhotoStudy, Unchanged
from facemetric.types import Chip, Image

_COMMON_SIDE_PX = 112


class BlurStudy(PhotoStudy):
    """A Gaussian blur, stated for a chip of 112 pixels so that networks can be compared."""

    name = "blur"
    title = "Blur"
    axis = "standard deviation of the blur, pixels of a 112-pixel chip"
    levels = (0, 0.5, 1, 1.5, 2, 3, 4)
    highest = 30

    def change(self, level: float, shape: NetworkShape) -> Change | None:
        """Return the blur."""
        return _Blurred(level) if level else None


class _Blurred(Unchanged):
    def __init__(self, sigma_px: float) -> None:
        super().__init__("blur", sigma_px=sigma_px)
        self._sigma_px = sigma_px

    def chip(self, chip: Chip, image: Image) -> Chip:
        """Return the chip blurred."""
        sigma = self._sigma_px * min(chip.pixels.shape[:2]) / _COMMON_SIDE_PX
        return dataclasses.replace(chip, pixels=cv2.GaussianBlur(chip.pixels, (0, 0), sigma))
