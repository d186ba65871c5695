"""Without colour."""

from __future__ import annotations

import cv2

from facemetric.types import UInt8


def make_grey(pixels: UInt8) -> UInt8:
    """Replace each pixel of ``uint8 (H, W, 3)`` RGB by its luminance (ITU-R BT.601)."""
    grey: UInt8 = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return grey
