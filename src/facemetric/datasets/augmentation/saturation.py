"""More or less colour."""

from __future__ import annotations

import cv2
import numpy as np

from facemetric.datasets.augmentation.factor import random_factor
from facemetric.datasets.augmentation.grey import make_grey
from facemetric.types import UInt8


def change_saturation(pixels: UInt8, factor: float) -> UInt8:
    """Draw ``uint8 (H, W, 3)`` away from its own grey (``factor`` > 1) or towards it.

    ``grey + (value - grey) * factor``, rounded and clipped to 0 … 255, with each pixel's luminance
    (ITU-R BT.601).
    """
    changed: UInt8 = cv2.addWeighted(pixels, factor, make_grey(pixels), 1 - factor, 0)
    return changed


def random_saturation(pixels: UInt8, rng: np.random.Generator, *, most: float) -> UInt8:
    """Change the saturation by a factor that is uniform in [1 - most, 1 + most]."""
    return change_saturation(pixels, random_factor(rng, most))
