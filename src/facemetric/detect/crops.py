"""Square pieces of a picture at one size; what lies outside the picture is black."""

from __future__ import annotations

import cv2
import numpy as np

from facemetric.types import Float32, UInt8


def crop_squares(pixels: UInt8, boxes_xyxy: Float32, *, side_px: int) -> UInt8:
    """Cut boxes out and bring them to one size.

    Parameters
    ----------
    pixels
        ``uint8 (H, W, 3)``.
    boxes_xyxy
        ``(N, 4)``, square, whole pixels of ``pixels``; may lie outside in part or altogether.
    side_px
        Side of the results.

    Returns
    -------
    UInt8
        ``uint8 (N, side_px, side_px, 3)``. Outside pixels count as zero, as in the original
        implementation: a box clipped to the picture would be stretched, and its landmarks with it.
    """
    height, width = pixels.shape[:2]
    crops = np.zeros((len(boxes_xyxy), side_px, side_px, 3), np.uint8)
    for crop, box in zip(crops, boxes_xyxy.astype(np.int64).tolist(), strict=True):
        left, top, right, bottom = box
        x0, y0, x1, y1 = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
        if x0 >= x1 or y0 >= y1:
            continue
        piece = pixels[y0:y1, x0:x1]
        if (x0, y0, x1, y1) != (left, top, right, bottom):
            piece = cv2.copyMakeBorder(
                piece, y0 - top, bottom - y1, x0 - left, right - x1, cv2.BORDER_CONSTANT
            )
        shrinks = right - left > side_px
        cv2.resize(
            piece,
            (side_px, side_px),
            dst=crop,
            interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
        )
    return crops
