"""The best shots of a track, and what they are together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from facemetric.types import Chip, Float32, Float64

MOST_SHOTS = 8
"""Shots that a track keeps."""
GOOD_SIZE_PX, GOOD_SHARPNESS = 112.0, 100.0
_BETTER = 1.1
"""Once a track has all its shots, one is embedded only if it is better than the worst by this."""


def shot_weight(chip: Chip) -> float:
    """Say how much a chip tells of the face, in [0, 1].

    The product of the detector's score, of size and sharpness (each full from a good value on),
    of the cosines of yaw and pitch, and of the share of pixels that are not black or white. Rough,
    and enough to prefer the near, sharp and frontal.

    Parameters
    ----------
    chip
        With its face and quality.
    """
    face, quality = chip.face, chip.quality
    assert face is not None and quality is not None
    size = min(1.0, quality.size_px / GOOD_SIZE_PX)
    sharp = min(1.0, quality.sharpness / GOOD_SHARPNESS)
    frontal = math.cos(math.radians(quality.yaw_deg)) * math.cos(math.radians(quality.pitch_deg))
    weight = face.score * size * math.sqrt(sharp) * max(frontal, 0.0) * (1.0 - quality.clipped)
    return float(min(max(weight, 0.0), 1.0))


@dataclass(eq=False, slots=True)
class Sighting:
    """A face in one frame.

    Attributes
    ----------
    chip
        The face, cut out and measured.
    at_s
        When, in seconds since the source began.
    weight
        From ``shot_weight``.
    embedding
        ``float32 (D,)`` of unit norm, where it was wanted.
    """

    chip: Chip
    at_s: float
    weight: float
    embedding: Float32 | None = None

    @property
    def box_xyxy_px(self) -> Float32:
        """Box of the face."""
        assert self.chip.face is not None
        return self.chip.face.box_xyxy_px


class BestShots:
    """The best and most different sightings of a track, weighted by their quality.

    When there are too many, the worse of the two that are most alike goes: eight shots of one
    moment tell no more than one.

    Parameters
    ----------
    most
        How many are kept.

    Attributes
    ----------
    added
        How many were taken in so far.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._shots: list[Sighting] = []
        self.added = 0

    def __len__(self) -> int:
        return len(self._shots)

    @property
    def best(self) -> Sighting:
        """The best one."""
        return max(self._shots, key=lambda shot: shot.weight)

    def wants(self, weight: float) -> bool:
        """Whether a sighting of this weight is worth embedding."""
        if len(self._shots) < self._most:
            return weight > 0
        return weight > _BETTER * min(shot.weight for shot in self._shots)

    def add(self, shot: Sighting) -> None:
        """Take in an embedded sighting."""
        if shot.weight <= 0:
            return
        self.added += 1
        self._shots.append(shot)
        if len(self._shots) > self._most:
            self._drop()

    def _drop(self) -> None:
        if self._most == 1:
            self._shots.remove(min(self._shots, key=lambda kept: kept.weight))
            return
        rows = self._rows()
        alike = rows @ rows.T
        np.fill_diagonal(alike, -2.0)
        pair = np.unravel_index(int(alike.argmax()), alike.shape)
        self._shots.pop(min((int(one) for one in pair), key=lambda one: self._shots[one].weight))

    def template(self) -> tuple[Float32, float]:
        """Return the weighted mean of the embeddings, brought to unit norm, and its norm before.

        The norm, in (0, 1], is 1 where all shots are alike. A cosine to the template times the norm
        is the weighted mean of the cosines of the shots.
        """
        weights = np.array([shot.weight for shot in self._shots])
        mean = weights @ self._rows() / weights.sum()
        norm = float(np.linalg.norm(mean))
        return (mean / norm).astype(np.float32), min(norm, 1.0)

    def _rows(self) -> Float64:
        rows = [shot.embedding for shot in self._shots if shot.embedding is not None]
        return np.stack(rows).astype(np.float64)
