"""Faces of a frame without a picture: boxes and embeddings that are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from facemetric.types import Chip, ChipQuality, Face, Float32
from facemetric.watch.shots import Sighting

_PIXELS = np.zeros((8, 8, 3), np.uint8)
_QUALITY = ChipQuality(100, 100, 0, 0, 0, 0.5, 0.2, 0.0)


@dataclass(eq=False)
class Given(Sighting):
    """A sighting whose embedding is known."""

    who: Float32 = field(default_factory=lambda: np.zeros(0, np.float32))


def sighting(box: Sequence[float], at_s: float, *, who: Float32, weight: float = 0.5) -> Given:
    """Make a sighting that `embed_given` embeds as ``who``."""
    face = Face(np.array(box, np.float32), 0.99, np.zeros((5, 2), np.float32))
    return Given(Chip(_PIXELS, "none", face, _QUALITY), at_s, weight, who=who)


def embed_given(sightings: Sequence[Sighting]) -> Float32:
    """Return the embeddings that the sightings were made with."""
    rows = []
    for one in sightings:
        assert isinstance(one, Given)
        rows.append(one.who)
    return np.stack(rows)


def unit(seed: int, dim: int = 128) -> Float32:
    """Draw a direction."""
    row = np.random.default_rng(seed).normal(size=dim)
    return (row / np.linalg.norm(row)).astype(np.float32)


def near(row: Float32, cosine: float, seed: int = 0) -> Float32:
    """Draw a direction at a cosine to another."""
    exact = row.astype(np.float64)
    other = unit(seed + 10_000, len(row)).astype(np.float64)
    other -= other @ exact * exact
    other /= np.linalg.norm(other)
    return (cosine * exact + np.sqrt(1 - cosine**2) * other).astype(np.float32)
