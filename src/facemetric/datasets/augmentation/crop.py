"""A part of the picture, enlarged to the whole."""

from __future__ import annotations

import cv2
import numpy as np

from facemetric.types import UInt8


def crop(pixels: UInt8, left_px: int, top_px: int, width_px: int, height_px: int) -> UInt8:
    """Cut a rectangle out of ``uint8 (H, W, 3)`` and resize it, linearly, to ``(H, W, 3)``."""
    height, width = pixels.shape[:2]
    if (width_px, height_px) == (width, height):
        return pixels
    part = pixels[top_px : top_px + height_px, left_px : left_px + width_px]
    enlarged: UInt8 = cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR)
    return enlarged


def random_crop(pixels: UInt8, rng: np.random.Generator, *, least_share: float) -> UInt8:
    """Cut out a part with the same shape and at least ``least_share`` of each side.

    Side and place are uniform.
    """
    height, width = pixels.shape[:2]
    share, across, down = rng.random(3).tolist()
    share = least_share + (1 - least_share) * share
    rows, columns = max(1, round(share * height)), max(1, round(share * width))
    left, top = int(across * (width - columns + 1)), int(down * (height - rows + 1))
    return crop(pixels, left, top, columns, rows)
