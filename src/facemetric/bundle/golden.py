"""The chip that every bundle is tried on."""

from __future__ import annotations

import numpy as np

from facemetric.types import UInt8


def golden_chip(height_px: int, width_px: int) -> UInt8:
    """Make a test chip ``uint8 (H, W, 3)`` by integer arithmetic, the same on every machine.

    Slow waves with a fine texture, of all grey levels, in each channel another.
    """
    rows, columns = np.indices((height_px, width_px), dtype=np.int64)
    channels = []
    for channel in range(3):
        slow = (rows * (3 + channel) + columns * (5 - channel)) % 512
        wave = np.minimum(slow, 511 - slow)  # a triangle, 0..255 and back
        texture = (rows * rows * 7 + columns * 13 * (channel + 1) + rows * columns) % 64
        channels.append((wave * 3 + texture * 4) // 4)
    return np.stack(channels, axis=-1).astype(np.uint8)
