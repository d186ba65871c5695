"""Pictures to change: one smooth, one of noise."""

from __future__ import annotations

import cv2
import numpy as np
import pytest


@pytest.fixture
def smooth() -> np.ndarray:
    """``uint8 (40, 32, 3)`` that changes by a few levels a pixel."""
    coarse = np.random.default_rng(0).integers(20, 235, (5, 4, 3), np.uint8)
    return cv2.resize(coarse, (32, 40), interpolation=cv2.INTER_CUBIC)


@pytest.fixture
def rough() -> np.ndarray:
    """``uint8 (14, 11, 3)`` of independent values."""
    return np.random.default_rng(1).integers(0, 256, (14, 11, 3), np.uint8)
