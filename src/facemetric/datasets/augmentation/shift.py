"""Moved by whole pixels: the crop of a padded picture that CIFAR's recipes made usual."""

from __future__ import annotations

import cv2
import numpy as np

from facemetric.types import UInt8


def shift(pixels: UInt8, right_px: int, down_px: int) -> UInt8:
    """Move ``uint8 (H, W, 3)``; what comes in is mirrored at the border.

    Shifts are smaller than the picture.
    """
    if not right_px and not down_px:
        return pixels
    height, width = pixels.shape[:2]
    inside = pixels[
        max(0, -down_px) : height - max(0, down_px), max(0, -right_px) : width - max(0, right_px)
    ]
    moved: UInt8 = cv2.copyMakeBorder(
        inside,
        max(0, down_px),
        max(0, -down_px),
        max(0, right_px),
        max(0, -right_px),
        cv2.BORDER_REFLECT_101 | cv2.BORDER_ISOLATED,
    )
    return moved


def random_shift(pixels: UInt8, rng: np.random.Generator, *, most_px: int) -> UInt8:
    """Move by up to ``most_px`` pixels along each axis, every shift equally likely."""
    steps = 2 * most_px + 1
    place = int(rng.random() * steps * steps)
    return shift(pixels, place % steps - most_px, place // steps - most_px)
