"""Detector misalignment: box and landmarks are displaced together."""

from __future__ import annotations

import math

import numpy as np

from facemetric.evaluation.embedding import Change
from facemetric.evaluation.studies.generator import generator_of
from facemetric.evaluation.studies.study import NetworkShape, PhotoStudy, Unchanged
from facemetric.types import Face, Image

_SEED = 5


class MisalignmentStudy(PhotoStudy):
    """The face is cut out beside its place, in a random direction."""

    name = "misalignment"
    title = "Misalignment"
    axis = "displacement, per distance of the eyes"
    levels = (0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
    highest = 1

    def change(self, level: float, shape: NetworkShape) -> Change | None:
        """Return the displacement."""
        return _Displaced(level) if level else None


class _Displaced(Unchanged):
    def __init__(self, share: float) -> None:
        super().__init__("misalignment", share=share, seed=_SEED)
        self._share = share

    def face(self, face: Face, image: Image) -> Face:
        """Return the face elsewhere; the direction belongs to the photograph."""
        angle = generator_of(image, _SEED).uniform(0, 2 * math.pi)
        eyes_px = float(np.linalg.norm(face.landmarks_px[1] - face.landmarks_px[0]))
        way = np.array([math.cos(angle), math.sin(angle)]) * self._share * eyes_px
        return Face(
            (face.box_xyxy_px + np.tile(way, 2)).astype(np.float32),
            face.score,
            (face.landmarks_px + way).astype(np.float32),
        )
