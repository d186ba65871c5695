"""The picture at falling sizes, so that a network with a fixed window sees faces of every size."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from facemetric.types import UInt8

WINDOW_PX = 12


def level_sizes(
    size_px: tuple[int, int], *, min_face_px: float, factor: float
) -> list[tuple[int, int]]:
    """Return width and height of every level, largest first; none where no face would fit.

    Parameters
    ----------
    size_px
        Width and height of the picture.
    min_face_px
        Side of the smallest face wanted, in pixels of the picture: it fills the window of the
        first level.
    factor
        Ratio of one level's side to the one before, in (0, 1).
    """
    scale = WINDOW_PX / min_face_px
    sizes = []
    while min(size_px) * scale >= WINDOW_PX:
        sizes.append((int(size_px[0] * scale + 1), int(size_px[1] * scale + 1)))
        scale *= factor
    return sizes


def resize_level(pixels: UInt8, size_px: tuple[int, int]) -> UInt8:
    """Bring a picture to a level's size: by area where it shrinks, linearly where it grows."""
    if size_px == (pixels.shape[1], pixels.shape[0]):
        return pixels
    shrinks = size_px[0] < pixels.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, size_px, interpolation=how), np.uint8)


def tiles(size_px: tuple[int, int], *, max_px: int) -> Iterator[tuple[slice, slice]]:
    """Cut a level into rows × columns that overlap just so that every window lies in one tile.

    Windows stand two pixels apart and see ``WINDOW_PX``, so tiles start at even pixels and share
    ``WINDOW_PX - 2``.
    """
    width, height = size_px
    step_x, step_y = _step(width, max_px // WINDOW_PX), 0
    step_y = _step(height, max_px // min(width, step_x + WINDOW_PX - 2))
    for top in _starts(height, step_y):
        for left in _starts(width, step_x):
            bottom, right = top + step_y + WINDOW_PX - 2, left + step_x + WINDOW_PX - 2
            yield slice(top, min(bottom, height)), slice(left, min(right, width))


def _step(length: int, limit: int) -> int:
    if length <= limit:
        return length + length % 2
    return max(2, (limit - WINDOW_PX + 2) // 2 * 2)


def _starts(length: int, step: int) -> range:
    return range(0, max(1, length - WINDOW_PX + 1), step)
