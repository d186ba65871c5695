"""Which face of a frame belongs to which track."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemetric.types import AnyArray, Float64

LEAST_OVERLAP = 0.1
_NEVER = 1e6
_REACH, _REACH_PER_S = 1.0, 4.0
"""How far a face may be from where it was expected, in its own widths, at first and per second."""

Pairs = list[tuple[int, int]]


def likeness(similarities: AnyArray, same: float) -> AnyArray:
    """Bring cosines to [0, 1], whatever the model: 0.5 at the threshold ``same``.

    1 for equal embeddings, 0 where their distance is twice that of the threshold or more, which is
    where most strangers are.
    """
    scaled: AnyArray = np.clip(1 - (1 - similarities) / (2 * max(1 - same, 1e-6)), 0.0, 1.0)
    return scaled


def clear_pairs(overlaps: AnyArray, *, least: float = 0.4) -> Pairs:
    """Return pairs (track, face) that overlap well and have nothing else near either of them.

    Parameters
    ----------
    overlaps
        ``(T, N)``: intersection over union of expected and seen boxes.
    least
        From which overlap.
    """
    near = overlaps >= LEAST_OVERLAP
    alone = (near.sum(axis=1) == 1)[:, None] & (near.sum(axis=0) == 1)[None, :]
    return [(int(t), int(n)) for t, n in np.argwhere(alone & (overlaps >= least))]


def assign(overlaps: AnyArray, alike: AnyArray, reachable: AnyArray) -> Pairs:
    """Pair tracks and faces so that overlap and likeness together are the largest.

    A pair must overlap, or be alike (0.5 and more) within reach. The pairs of the lowest total cost
    ``1 - (overlap + likeness) / 2`` are found by the Hungarian method (Kuhn 1955), as in SORT
    (Bewley et al. 2016, arXiv:1602.00763) and DeepSORT (Wojke et al. 2017, arXiv:1703.07402).

    Parameters
    ----------
    overlaps, alike, reachable
        ``(T, N)``: intersection over union, ``likeness``, and whether a face can have got there.
    """
    from scipy.optimize import linear_sum_assignment

    allowed = (overlaps >= LEAST_OVERLAP) & (alike > 0) | reachable & (alike >= 0.5)
    cost = np.where(allowed, 1 - (overlaps + alike) / 2, _NEVER)
    rows, columns = linear_sum_assignment(cost)
    return [(int(t), int(n)) for t, n in zip(rows, columns, strict=True) if allowed[t, n]]


def within_reach(expected: Float64, seen: AnyArray, unseen_s: Float64) -> NDArray[np.bool_]:
    """Tell ``(T, N)`` which faces can have got from where they were expected to where they are.

    Parameters
    ----------
    expected, seen
        Boxes ``(T, 4)`` and ``(N, 4)``, xyxy.
    unseen_s
        ``(T,)``: how long each track has not been seen.
    """
    centres, others = ((boxes[:, :2] + boxes[:, 2:]) / 2 for boxes in (expected, seen))
    apart = np.linalg.norm(centres[:, None] - others[None], axis=2)
    width = np.maximum(expected[:, 2] - expected[:, 0], 1.0)
    allowed: NDArray[np.bool_] = apart <= (width * (_REACH + _REACH_PER_S * unseen_s))[:, None]
    return allowed
