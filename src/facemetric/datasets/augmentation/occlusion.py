"""Something in front of the face."""

from __future__ import annotations

import math

import numpy as np

from facemetric.types import UInt8

_MOST_STRETCH = 1 / 0.3


def occlude(pixels: UInt8, left_px: int, top_px: int, patch: UInt8) -> UInt8:
    """Lay ``patch`` ``uint8 (h, w, 3)`` over a copy of ``uint8 (H, W, 3)``."""
    covered = pixels.copy()
    height, width = patch.shape[:2]
    covered[top_px : top_px + height, left_px : left_px + width] = patch
    return covered


def random_occlusion(
    pixels: UInt8, rng: np.random.Generator, *, share: tuple[float, float]
) -> UInt8:
    """Cover a rectangle anywhere with random values.

    Zhong et al., "Random erasing data augmentation", AAAI 2020: area uniform in ``share`` of the
    picture, sides stretched by up to 1/0.3 (here evenly either way); a rectangle that does not fit
    is cut at the border's length.
    """
    height, width = pixels.shape[:2]
    kept, stretch, across, down = rng.random(4).tolist()
    area = (share[0] + (share[1] - share[0]) * kept) * height * width
    stretch = _MOST_STRETCH ** (2 * stretch - 1)
    rows = min(height, max(1, round(math.sqrt(area * stretch))))
    columns = min(width, max(1, round(math.sqrt(area / stretch))))
    patch = rng.integers(0, 256, (rows, columns, 3), np.uint8)
    left, top = int(across * (width - columns + 1)), int(down * (height - rows + 1))
    return occlude(pixels, left, top, patch)
