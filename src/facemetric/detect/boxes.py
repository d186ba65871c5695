"""Arithmetic on boxes ``(N, 4)``: left, top, right, bottom in pixels, the right and bottom open."""

from __future__ import annotations

import numpy as np

from facemetric.types import AnyArray, Float32


def box_areas(boxes_xyxy: AnyArray) -> AnyArray:
    """Return the areas ``(N,)`` in square pixels; 0 where a box is turned inside out."""
    sides = np.maximum(boxes_xyxy[:, 2:] - boxes_xyxy[:, :2], 0)
    areas: AnyArray = sides[:, 0] * sides[:, 1]
    return areas


def intersections(a_xyxy: AnyArray, b_xyxy: AnyArray) -> AnyArray:
    """Return the shared areas ``(N, M)`` in square pixels."""
    low = np.maximum(a_xyxy[:, None, :2], b_xyxy[None, :, :2])
    high = np.minimum(a_xyxy[:, None, 2:], b_xyxy[None, :, 2:])
    sides = np.maximum(high - low, 0)
    shared: AnyArray = sides[..., 0] * sides[..., 1]
    return shared


def iou(a_xyxy: AnyArray, b_xyxy: AnyArray) -> AnyArray:
    """Return intersection over union ``(N, M)``, in [0, 1]; 0 where both boxes are empty."""
    shared = intersections(a_xyxy, b_xyxy)
    union = box_areas(a_xyxy)[:, None] + box_areas(b_xyxy)[None, :] - shared
    ratio: AnyArray = np.divide(shared, union, out=np.zeros_like(shared, float), where=union > 0)
    return ratio


def regress(boxes_xyxy: Float32, offsets: Float32) -> Float32:
    """Move the four edges by ``offsets`` ``(N, 4)``, given in widths and heights of the box."""
    sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    moved: Float32 = boxes_xyxy + offsets * np.concatenate([sides, sides], axis=1)
    return moved
