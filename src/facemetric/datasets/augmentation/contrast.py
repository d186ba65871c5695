"""More or less contrast."""

from __future__ import annotations

import cv2
import numpy as np

from facemetric.datasets.augmentation.factor import random_factor
from facemetric.types import UInt8


def change_contrast(pixels: UInt8, factor: float) -> UInt8:
    """Draw ``uint8 (H, W, 3)`` away from its mean grey (``factor`` > 1) or towards it.

    ``(value - mean) * factor + mean``, rounded and clipped to 0 … 255, with the mean of the
    luminance (ITU-R BT.601).
    """
    mean = cv2.mean(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))[0]
    values = (np.arange(256) - mean) * factor + mean
    changed: UInt8 = cv2.LUT(pixels, np.rint(values.clip(0, 255)).astype(np.uint8))
    return changed


def random_contrast(pixels: UInt8, rng: np.random.Generator, *, most: float) -> UInt8:
    """Change the contrast by a factor that is uniform in [1 - most, 1 + most]."""
    return change_contrast(pixels, random_factor(rng, most))
