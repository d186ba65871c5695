"""A noisy sensor."""

from __future__ import annotations

import cv2
import numpy as np

from facemetric.types import UInt8


def random_noise(
    pixels: UInt8, rng: np.random.Generator, *, sigma_levels: tuple[float, float]
) -> UInt8:
    """Add independent Gaussian noise to each value of ``uint8 (H, W, 3)``, rounded and clipped.

    Parameters
    ----------
    sigma_levels
        Range of the deviation in grey levels; uniform in it.
    """
    sigma = rng.uniform(*sigma_levels)
    noise = rng.standard_normal(pixels.shape, np.float32)
    noise *= sigma
    noisy: UInt8 = cv2.add(pixels, noise, dtype=cv2.CV_8U)
    return noisy
