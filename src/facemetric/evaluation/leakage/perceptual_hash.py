"""A 64-bit fingerprint of how a picture looks, from the signs of its slowest waves.

The DCT hash of C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions",
2010, section 3.2.1: a grey 32 × 32 version, its discrete cosine transform, the 8 × 8 coefficients
after the first row and column, and for each whether it is above their median. Means over areas
stand in for Zauner's 7 × 7 mean filter.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.leakage.thumbnails import SIDE
from facemetric.types import Float32, UInt8

_WAVES = 8


def perceptual_hashes(
    thumbnails: UInt8, *, mirrored: bool = False, border: float = 0.0
) -> NDArray[np.uint64]:
    """Return ``uint64 (N,)``: the hash of each thumbnail ``uint8 (N, 32, 32)``.

    Parameters
    ----------
    thumbnails
        From `ThumbnailReader`.
    mirrored
        Of the picture with left and right exchanged. No pixel is touched: a wave either stays or
        changes its sign.
    border
        Of the picture with this share of its width and height cut off on each side, in [0, 0.25].
    """
    basis = _basis(border)
    waves: Float32 = basis @ thumbnails.astype(np.float32) @ basis.T
    if mirrored:
        waves = waves * (-1.0) ** np.arange(1, _WAVES + 1, dtype=np.float32)
    flat = waves.reshape(len(thumbnails), _WAVES**2)
    bits = flat > np.median(flat, axis=1, keepdims=True)
    return np.packbits(bits, axis=1).view(np.uint64)[:, 0]


@cache
def _basis(border: float) -> Float32:
    """Return the first cosines after the constant one ``(8, 32)``, over the inner part."""
    pixel = np.arange(SIDE)
    waves = np.cos(np.pi * np.arange(1, _WAVES + 1)[:, None] * (2 * pixel + 1) / (2 * SIDE))
    place = (pixel + 0.5) * (1 - 2 * border) + SIDE * border - 0.5
    between = np.maximum(0, 1 - np.abs(place[:, None] - pixel))
    return np.asarray(waves @ between, np.float32)
