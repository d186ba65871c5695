"""Whether two thumbnails are one picture, after one is shifted and stretched onto the other.

Fingerprints find candidates; many are chance. Here the second thumbnail is explained from the
first by a shift and a stretch along each axis, a gain and an offset, as in B. Lucas and T. Kanade,
"An Iterative Image Registration Technique", IJCAI 1981: least squares on the gradients, repeated,
first on half the pixels a side. What remains is the correlation over the part that both show.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.leakage.thumbnails import SIDE
from facemetric.types import Float32, UInt8

# Largest shift and stretch, per side: what cutting 5 % off each border, or 10 % off one, makes.
_MOST = np.array([0.1, 0.1, 0.13, 0.13], np.float32)
_STEP = np.array([0.03, 0.03, 0.05, 0.05], np.float32)
_COARSE_STEPS, _FINE_STEPS = 4, 4
# Correlation at half size below which a pair is given up: true copies have 0.95 and more there.
_HOPELESS = 0.85
_PART = 1024  # pairs in memory together, about 25 kB each


def registered_correlation(first: UInt8, second: UInt8) -> Float32:
    """Return ``float32 (K,)``: the correlation of each pair when laid on each other, in [-1, 1].

    Where a pair is hopeless at half size, the correlation there is returned.

    Parameters
    ----------
    first, second
        ``uint8 (K, 32, 32)``: thumbnails, the second already mirrored where that is meant.
    """
    best = np.zeros(len(first), np.float32)
    for start in range(0, len(first), _PART):
        rows = slice(start, start + _PART)
        best[rows] = _part(first[rows].astype(np.float32), second[rows].astype(np.float32))
    return best


def _part(first: Float32, second: Float32) -> Float32:
    small, small_second = _halved(first), _halved(second)
    start = np.zeros((len(first), 4), np.float32)
    best, place = _follow(small, small_second, start, steps=_COARSE_STEPS)
    rows = np.flatnonzero(best >= _HOPELESS)
    if len(rows):
        # Either as the frame: the least squares favour the smoother picture as the one to bend.
        there = _follow(first[rows], second[rows], place[rows], steps=_FINE_STEPS)[0]
        back = _follow(second[rows], first[rows], _inverse(place[rows]), steps=_FINE_STEPS)[0]
        best[rows] = np.maximum(there, back)
    return best


def _follow(
    first: Float32, second: Float32, place: Float32, *, steps: int
) -> tuple[Float32, Float32]:
    """Return the best correlation on the way and the place that had it."""
    best = np.full(len(first), -1, np.float32)
    best_place = place.copy()
    for step in range(steps + 1):
        moved, weight = _moved(first, place)
        found = _correlation(moved, second, weight)
        better = found > best
        best[better], best_place[better] = found[better], place[better]
        if step < steps:
            change = _least_squares(moved, second, weight)
            place = _within(place + change)
    return best, best_place


def _moved(pictures: Float32, place: Float32) -> tuple[Float32, Float32]:
    """Return the pictures at shift (x, y) and stretch (x, y), and where they have pixels."""
    across, inside_x = _sampling(place[:, 0], place[:, 2], pictures.shape[2])
    down, inside_y = _sampling(place[:, 1], place[:, 3], pictures.shape[1])
    moved = np.asarray(down @ pictures @ across.transpose(0, 2, 1), np.float32)
    return moved, (inside_y[:, :, None] & inside_x[:, None, :]).astype(np.float32)


def _sampling(shift: Float32, stretch: Float32, side: int) -> tuple[Float32, NDArray[np.bool_]]:
    place = _axis(side) * (1 + stretch[:, None]) + shift[:, None]  # 1 is the whole side
    pixel = place * side + (side - 1) / 2
    inside = (pixel >= -0.5) & (pixel <= side - 0.5)
    near = np.abs(pixel.clip(0, side - 1)[:, :, None] - np.arange(side, dtype=np.float32))
    return np.maximum(0, 1 - near).astype(np.float32), inside


def _least_squares(moved: Float32, second: Float32, weight: Float32) -> Float32:
    """One Gauss-Newton step: shift (x, y) and stretch (x, y) that bring ``moved`` nearer."""
    count, side, _ = moved.shape
    down, across = np.gradient(moved, 1 / side, axis=(1, 2))
    axis = _axis(side)
    columns = np.stack(
        [across, down, across * axis, down * axis[:, None], moved, np.ones_like(moved)], axis=1
    ).reshape(count, 6, -1)
    weighted = columns * weight.reshape(count, 1, -1)
    normal = (weighted @ columns.transpose(0, 2, 1)).astype(np.float64)
    # A little of each column's own size keeps a picture without edges solvable.
    size = np.einsum("kii->ki", normal)
    normal += np.eye(6) * (1e-6 * size + 1e-6)[:, None, :]
    right = (weighted @ second.reshape(count, -1, 1)).astype(np.float64)
    answer = np.linalg.solve(normal, right)[:, :, 0]
    gain = np.maximum(np.abs(answer[:, 4:5]), 0.2)
    return np.asarray(np.clip(answer[:, :4] / gain, -_STEP, _STEP), np.float32)


def _correlation(first: Float32, second: Float32, weight: Float32) -> Float32:
    seen = weight.sum((1, 2), keepdims=True)
    a = (first - (first * weight).sum((1, 2), keepdims=True) / seen) * weight
    b = (second - (second * weight).sum((1, 2), keepdims=True) / seen) * weight
    lengths = np.sqrt((a * a).sum((1, 2)) * (b * b).sum((1, 2)))
    return np.asarray((a * b).sum((1, 2)) / np.maximum(lengths, 1e-6), np.float32)


def _halved(pictures: Float32) -> Float32:
    half = SIDE // 2
    return np.asarray(pictures.reshape(-1, half, 2, half, 2).mean((2, 4)), np.float32)


def _inverse(place: Float32) -> Float32:
    stretch = 1 / (1 + place[:, 2:]) - 1
    shift = -place[:, :2] * (1 + stretch)
    return _within(np.concatenate([shift, stretch], 1))


def _within(place: Float32) -> Float32:
    return np.asarray(np.clip(place, -_MOST, _MOST), np.float32)


def _axis(side: int) -> Float32:
    """Centres of the pixels from the middle, the side being 1."""
    return np.asarray((np.arange(side) - (side - 1) / 2) / side, np.float32)
