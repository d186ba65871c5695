"""Lighter or darker."""

from __future__ import annotations

import cv2
import numpy as np

from facemetric.datasets.augmentation.factor import random_factor
from facemetric.types import UInt8


def change_brightness(pixels: UInt8, factor: float) -> UInt8:
    """Multiply ``uint8 (H, W, 3)`` by ``factor`` >= 0, rounded and clipped to 0 … 255."""
    changed: UInt8 = cv2.convertScaleAbs(pixels, alpha=factor)
    return changed


def random_brightness(pixels: UInt8, rng: np.random.Generator, *, most: float) -> UInt8:
    """Multiply by a factor that is uniform in [1 - most, 1 + most]."""
    return change_brightness(pixels, random_factor(rng, most))
