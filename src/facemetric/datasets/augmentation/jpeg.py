"""Through a JPEG of low quality."""

from __future__ import annotations

import cv2
import numpy as np

from facemetric.types import UInt8


def compress(pixels: UInt8, quality: int) -> UInt8:
    """Encode ``uint8 (H, W, 3)`` RGB as JPEG (quality 1 to 100, 4:2:0) and decode it again."""
    done, data = cv2.imencode(
        ".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    decoded: UInt8 | None = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB)
    assert done and decoded is not None
    return decoded


def random_jpeg(pixels: UInt8, rng: np.random.Generator, *, quality: tuple[int, int]) -> UInt8:
    """Compress at a quality drawn evenly from the whole numbers of ``quality``, both ends too."""
    low, high = quality
    return compress(pixels, int(rng.integers(low, high, endpoint=True)))
