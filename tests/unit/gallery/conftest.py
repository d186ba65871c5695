from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from facemetric.gallery import NewSample, SqliteGallery
from facemetric.types import ChipQuality, Face

DIM = 8


def unit_vector(seed: int, dim: int = DIM) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=dim)
    return (values / np.linalg.norm(values)).astype(np.float32)


@pytest.fixture
def vector() -> Callable[..., np.ndarray]:
    """Make the unit vector of a seed."""
    return unit_vector


@pytest.fixture
def sample() -> Callable[..., NewSample]:
    """Make a sample of a seed: the vector, the photograph and the quality follow from it."""

    def make(
        seed: int,
        *,
        photo: str | None = None,
        box: tuple[float, float, float, float] = (10, 20, 60, 90),
        dim: int = DIM,
    ) -> NewSample:
        source = photo or f"photo {seed}.jpg"
        left, top, right, bottom = box
        points = [(0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8)]
        landmarks = [(left + x * (right - left), top + y * (bottom - top)) for x, y in points]
        return NewSample(
            embedding=unit_vector(seed, dim),
            source=source,
            source_sha256=hashlib.sha256(source.encode()).hexdigest(),
            face=Face(
                box_xyxy_px=np.array(box, dtype=np.float32),
                score=0.875,
                landmarks_px=np.array(landmarks, dtype=np.float32),
            ),
            quality=ChipQuality(70.5, 120.25, -3.0, 1.5, 0.25, 0.5, 0.2, 0.01),
            taken=datetime(2024, 5, 1, 12, 30, tzinfo=UTC),
        )

    return make


class Clock:
    """A clock that moves one second each time it is asked."""

    def __init__(self) -> None:
        self.time = datetime(2025, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gallery.db"


@pytest.fixture
def gallery(path: Path) -> Iterator[SqliteGallery]:
    with SqliteGallery(path, bundle="net-v1", dim=DIM, clock=Clock()) as opened:
        yield opened
