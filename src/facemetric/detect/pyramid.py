"""The picture at falling sizes, so that networks with fixed windows see faces of every size."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from facemetric.types import Float32, UInt8

WINDOW_PX = 12
STRIDE_PX = 2


class Pyramid:
    """A picture and its halvings, from which every other size is made.

    Halving is exact and fast, and no resize after it shrinks by more than four: on a large picture
    this costs a fraction of resizing the original again for every level and every crop.

    Parameters
    ----------
    pixels
        ``uint8 (H, W, 3)``. Pixel ``i`` of halving ``k`` covers ``[i, i + 1) * 2**k`` of it; where
        a length is odd, the last pixel is repeated.
    """

    def __init__(self, pixels: UInt8) -> None:
        self._halvings = [pixels]

    def halving(self, times: int) -> UInt8:
        """Return the picture halved so many times."""
        while len(self._halvings) <= times:
            pixels = self._halvings[-1]
            height, width = pixels.shape[:2]
            if height % 2 or width % 2:
                pixels = cv2.copyMakeBorder(
                    pixels, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE
                )
            size = ((width + 1) // 2, (height + 1) // 2)
            self._halvings.append(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
        return self._halvings[times]

    def level(self, scale: float) -> UInt8:
        """Return the picture at ``scale``, each side rounded up as in the original."""
        # One halving fewer than possible: area averages over less than two pixels blur unevenly,
        # and P-Net then drops one face in a hundred that it finds in a direct resize.
        times = max(_halvings(1 / scale) - 1, 0)
        pixels = self.halving(times)
        rest = scale * 2**times
        size = int(pixels.shape[1] * rest + 1), int(pixels.shape[0] * rest + 1)
        how = cv2.INTER_AREA if rest < 1 else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)

    def crop(self, boxes_xyxy: Float32, *, side_px: int) -> UInt8:
        """Cut out squares and bring them to one size.

        Parameters
        ----------
        boxes_xyxy
            ``(N, 4)`` from ``snap`` with the same ``side_px``; may lie outside the picture.
        side_px
            Side of the results.

        Returns
        -------
        UInt8
            ``uint8 (N, side_px, side_px, 3)``. What lies outside is zero, as in the original
            implementation: a box clipped to the picture would be stretched, and its landmarks
            with it.
        """
        crops = np.zeros((len(boxes_xyxy), side_px, side_px, 3), np.uint8)
        for crop, box in zip(crops, boxes_xyxy.astype(np.int64).tolist(), strict=True):
            times = _halvings((box[2] - box[0]) / side_px)
            pixels = self.halving(times)
            height, width = pixels.shape[:2]
            left, top, right, bottom = (edge >> times for edge in box)
            x0, y0, x1, y1 = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
            if x0 >= x1 or y0 >= y1:
                continue
            piece = pixels[y0:y1, x0:x1]
            if (x0, y0, x1, y1) != (left, top, right, bottom):
                piece = cv2.copyMakeBorder(
                    piece, y0 - top, bottom - y1, x0 - left, right - x1, cv2.BORDER_CONSTANT
                )
            how = cv2.INTER_AREA if right - left > side_px else cv2.INTER_LINEAR
            cv2.resize(piece, (side_px, side_px), dst=crop, interpolation=how)
        return crops


def snap(boxes_xyxy: Float32, *, side_px: int) -> Float32:
    """Square boxes about their centres, on whole pixels of the halving they are cropped from.

    That moves an edge by at most one part in ``2 * side_px`` of the side. The networks' answers
    are relative to the moved box, so nothing is lost.
    """
    sides = np.maximum((boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]).max(axis=1, keepdims=True), 1)
    grid = np.exp2(np.floor(np.log2(np.maximum(sides / side_px, 1))))
    middle = (boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2
    corner = np.rint((middle - sides / 2) / grid) * grid
    sides = np.maximum(np.rint(sides / grid), 1) * grid
    return np.concatenate([corner, corner + sides], axis=1).astype(np.float32)


def level_scales(size_px: tuple[int, int], *, min_face_px: float, factor: float) -> list[float]:
    """Return the scale of every level, largest first; none where no face would fit.

    Parameters
    ----------
    size_px
        Width and height of the picture.
    min_face_px
        Side of the smallest face wanted, in pixels of the picture: it fills the window of the
        first level.
    factor
        Ratio of one level to the one before, in (0, 1).
    """
    scale = WINDOW_PX / min_face_px
    scales = []
    while min(size_px) * scale >= WINDOW_PX:
        scales.append(scale)
        scale *= factor
    return scales


def tiles(size_px: tuple[int, int], *, max_px: int) -> Iterator[tuple[slice, slice]]:
    """Cut a level into (rows, columns) that overlap just so that every window lies in one tile.

    Windows stand ``STRIDE_PX`` apart and see ``WINDOW_PX``, so tiles begin at even pixels and
    share ``WINDOW_PX - STRIDE_PX``. Only a level of more than ``max_px`` is cut.
    """
    width, height = size_px
    overlap = WINDOW_PX - STRIDE_PX
    step_x = _step(width, max_px // (2 * WINDOW_PX))
    step_y = _step(height, max_px // (min(width, step_x + overlap)))
    for top in range(0, max(height - overlap, 1), step_y):
        for left in range(0, max(width - overlap, 1), step_x):
            rows = slice(top, min(top + step_y + overlap, height))
            yield rows, slice(left, min(left + step_x + overlap, width))


def _step(length: int, limit: int) -> int:
    if length <= limit:
        return length + length % 2
    return max((limit - WINDOW_PX + STRIDE_PX) // 2 * 2, STRIDE_PX)


def _halvings(shrink: float) -> int:
    return max(0, int(np.floor(np.log2(shrink))))
