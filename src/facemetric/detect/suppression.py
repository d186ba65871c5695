"""Non-maximum suppression: of boxes that overlap, keep the one with the highest score."""

from __future__ import annotations

from typing import Literal

import numpy as np

from facemetric.detect.boxes import box_areas, intersections
from facemetric.errors import InputError
from facemetric.types import AnyArray

Overlap = Literal["union", "min"]
# Rows of the overlap matrix that are computed at once: bounds the memory, not the answer.
_BLOCK = 1024


def nms(
    boxes_xyxy: AnyArray, scores: AnyArray, *, threshold: float, overlap: Overlap = "union"
) -> AnyArray:
    """Return the rows that survive greedy suppression, best first.

    Parameters
    ----------
    boxes_xyxy
        ``(N, 4)``: left, top, right, bottom.
    scores
        ``(N,)``; of equal scores the lower row goes first.
    threshold
        A box goes when it shares more than this with a better one, in [0, 1].
    overlap
        Shared area over the area of both (``"union"``) or of the smaller one (``"min"``, which
        also drops a small box inside a large one).

    Raises
    ------
    InputError
        ``overlap`` is neither of the two.
    """
    if overlap not in ("union", "min"):
        raise InputError(f"expected 'union' or 'min', got {overlap!r}", item="overlap")
    order = np.argsort(-scores, kind="stable")
    kept: list[AnyArray] = []
    while order.size:
        block, rest = order[:_BLOCK], order[_BLOCK:]
        over = _overlaps(boxes_xyxy[block], boxes_xyxy[block], overlap) > threshold
        alive = np.ones(len(block), bool)
        for row in range(len(block)):
            if alive[row]:
                alive[row + 1 :] &= ~over[row, row + 1 :]
        kept.append(block[alive])
        order = rest[_clear(boxes_xyxy[kept[-1]], boxes_xyxy[rest], threshold, overlap)]
    return np.concatenate(kept) if kept else np.zeros(0, np.int64)


def _clear(winners: AnyArray, others: AnyArray, threshold: float, overlap: Overlap) -> AnyArray:
    clear = np.ones(len(others), bool)
    for start in range(0, len(others), _BLOCK):
        part = slice(start, start + _BLOCK)
        clear[part] = (_overlaps(winners, others[part], overlap) <= threshold).all(axis=0)
    return clear


def _overlaps(a_xyxy: AnyArray, b_xyxy: AnyArray, overlap: Overlap) -> AnyArray:
    shared = intersections(a_xyxy, b_xyxy)
    area_a, area_b = box_areas(a_xyxy)[:, None], box_areas(b_xyxy)[None, :]
    whole = np.minimum(area_a, area_b) if overlap == "min" else area_a + area_b - shared
    ratio: AnyArray = np.divide(shared, whole, out=np.zeros_like(shared, float), where=whole > 0)
    return ratio
