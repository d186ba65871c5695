"""Left and right exchanged."""

from __future__ import annotations

import cv2

from facemetric.types import UInt8


def mirror(pixels: UInt8) -> UInt8:
    """Exchange left and right of ``uint8 (H, W, 3)``."""
    flipped: UInt8 = cv2.flip(pixels, 1)
    return flipped
