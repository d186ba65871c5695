"""Turned about the middle."""

from __future__ import annotations

import cv2
import numpy as np

from facemetric.types import UInt8


def rotate(pixels: UInt8, angle_deg: float) -> UInt8:
    """Turn ``uint8 (H, W, 3)`` counter-clockwise about its middle, linearly interpolated.

    What comes in at the corners is mirrored at the border.
    """
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle_deg, 1.0)
    turned: UInt8 = cv2.warpAffine(
        pixels,
        turn,
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return turned


def random_rotation(pixels: UInt8, rng: np.random.Generator, *, most_deg: float) -> UInt8:
    """Turn by an angle that is uniform in [-most_deg, most_deg]."""
    return rotate(pixels, (2 * rng.random() - 1) * most_deg)
