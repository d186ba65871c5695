"""Out of focus."""

from __future__ import annotations

import math

import cv2
import numpy as np

from facemetric.types import UInt8


def blur(pixels: UInt8, sigma_px: float) -> UInt8:
    """Convolve ``uint8 (H, W, 3)`` with a Gaussian, cut at three deviations; borders mirrored."""
    side = 2 * math.ceil(3 * sigma_px) + 1
    blurred: UInt8 = cv2.GaussianBlur(
        pixels, (side, side), sigma_px, borderType=cv2.BORDER_REFLECT_101
    )
    return blurred


def random_blur(pixels: UInt8, rng: np.random.Generator, *, sigma_px: tuple[float, float]) -> UInt8:
    """Blur with a deviation that is uniform in ``sigma_px``."""
    return blur(pixels, rng.uniform(*sigma_px))
