"""Image size: the face has fewer pixels than the network wants."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

import cv2

from facemetric.evaluation.embedding import Change
from facemetric.evaluation.studies.study import NetworkShape, PhotoStudy, Unchanged
from facemetric.types import Chip, Image


class PixelsStudy(PhotoStudy):
    """FaceNet's table 4, right, and smaller still. Above the chip's own size nothing changes.

    The paper enlarges to 220 pixels a side, the bundles to 112 to 160: the same number of pixels is
    enlarged less here.
    """

    name = "pixels"
    title = "Image size"
    axis = "pixels of the face's picture"
    levels = (400, 784, 1600, 6400, 14400, 25600, 65536)
    lowest = 16
    highest = 1e9
    log_axis = True
    paper: ClassVar = {1600: 37.8, 6400: 79.5, 14400: 84.5, 25600: 85.7, 65536: 86.4}
    paper_note = "FaceNet, table 4: VAL at FAR 1e-3 of NN1 on its hold-out set"

    def change(self, level: float, shape: NetworkShape) -> Change | None:
        """Return the reduction; nothing where the chip has no more pixels than that."""
        return _Reduced(level) if level < math.prod(shape.chip_px) else None


class _Reduced(Unchanged):
    def __init__(self, pixels: float) -> None:
        super().__init__("pixels", pixels=pixels)
        self._pixels = pixels

    def chip(self, chip: Chip, image: Image) -> Chip:
        """Return the chip at the wanted number of pixels, enlarged to its size again."""
        height, width = chip.pixels.shape[:2]
        factor = math.sqrt(self._pixels / (height * width))
        size = max(1, round(width * factor)), max(1, round(height * factor))
        small = cv2.resize(chip.pixels, size, interpolation=cv2.INTER_AREA)
        again = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
        return dataclasses.replace(chip, pixels=again)
