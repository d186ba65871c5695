"""As if the face had been small in the photograph: reduced and enlarged again."""

from __future__ import annotations

import cv2
import numpy as np

from facemetric.types import UInt8

_ENLARGE = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC)


def reduce_resolution(
    pixels: UInt8, width_px: int, height_px: int, *, enlarge: int = cv2.INTER_LINEAR
) -> UInt8:
    """Average ``uint8 (H, W, 3)`` over areas to a smaller size and enlarge it to ``(H, W, 3)``.

    Parameters
    ----------
    enlarge
        Interpolation of the second step, one of OpenCV's ``INTER_`` flags.
    """
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (width_px, height_px), interpolation=cv2.INTER_AREA)
    enlarged: UInt8 = cv2.resize(small, (width, height), interpolation=enlarge)
    return enlarged


def random_low_resolution(
    pixels: UInt8, rng: np.random.Generator, *, share: tuple[float, float]
) -> UInt8:
    """Reduce to a share of each side that is uniform in ``share``, and enlarge again.

    Enlarged by the nearest, linear or cubic rule, equally likely, so that none is learnt (after
    Kim et al., "AdaFace", CVPR 2022, section 4.1, which reduces by random rules too).
    """
    height, width = pixels.shape[:2]
    kept = rng.uniform(*share)
    columns, rows = max(1, round(kept * width)), max(1, round(kept * height))
    rule = _ENLARGE[int(rng.random() * len(_ENLARGE))]
    return reduce_resolution(pixels, columns, rows, enlarge=rule)
