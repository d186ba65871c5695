"""The best shots of a track, and what they are together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from facemetric.types import Chip, Float32

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
    """The ``most`` best sightings of a track, weighted by their quality."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._shots: list[Sighting] = []

    def __len__(self) -> int:
        return len(self._shots)

    @property
    def weight(self) -> float:
        """How good they are together; at most their number."""
        return sum(shot.weight for shot in self._shots)

    @property
    def best(self) -> Sighting:
        """The best one."""
        return max(self._shots, key=lambda shot: shot.weight)

    def wants(self, weight: float) -> bool:
        """Whether a sighting of this weight would be kept."""
        if len(self._shots) < self._most:
            return weight > 0
        return weight > _BETTER * min(shot.weight for shot in self._shots)

    def add(self, shot: Sighting) -> None:
        """Keep an embedded sighting where it is among the best."""
        assert shot.embedding is not None
        if shot.weight <= 0:
            return
        self._shots.append(shot)
        if len(self._shots) > self._most:
            self._shots.remove(min(self._shots, key=lambda kept: kept.weight))

    def template(self) -> tuple[Float32, float]:
        """Return the weighted mean of the embeddings, brought to unit norm, and its norm before.

        The norm, in (0, 1], is 1 where all shots are alike. A cosine to the template times the norm
        is the weighted mean of the cosines of the shots.
        """
        weights = np.array([shot.weight for shot in self._shots])
        rows = np.stack([shot.embedding for shot in self._shots if shot.embedding is not None])
        mean = weights @ rows.astype(np.float64) / weights.sum()
        norm = float(np.linalg.norm(mean))
        return (mean / norm).astype(np.float32), min(norm, 1.0)
