"""JPEG quality: the photograph is compressed anew before the chip is cut."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import cv2

from facemetric.evaluation.embedding import Change
from facemetric.evaluation.studies.study import NetworkShape, PhotoStudy, Unchanged
from facemetric.types import Image


class JpegStudy(PhotoStudy):
    """FaceNet's table 4, left."""

    name = "jpeg"
    title = "JPEG quality"
    axis = "JPEG quality"
    levels = (10, 20, 30, 50, 70, 90)
    lowest = 1
    highest = 100
    whole = True
    paper: ClassVar = {10: 67.3, 20: 81.4, 30: 83.9, 50: 85.5, 70: 86.1, 90: 86.5}
    paper_note = "FaceNet, table 4: VAL at FAR 1e-3 of NN1 on its hold-out set"

    def change(self, level: float, shape: NetworkShape) -> Change:
        """Return the compression."""
        return _Compressed(int(level))


class _Compressed(Unchanged):
    def __init__(self, quality: int) -> None:
        super().__init__("jpeg", quality=quality)
        self._quality = quality

    def photo(self, image: Image) -> Image:
        """Return the photograph after one more JPEG compression (4:2:0, OpenCV's encoder)."""
        bgr = cv2.cvtColor(image.pixels, cv2.COLOR_RGB2BGR)
        _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, self._quality])
        worse = cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
        return dataclasses.replace(image, pixels=worse)
