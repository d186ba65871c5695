"""Mirror, shift, crop and rotation against loops and Pillow."""

import math

import numpy as np
import pytest
from PIL import Image as PillowImage

from facemetric.datasets.augmentation import (
    crop,
    mirror,
    random_crop,
    random_rotation,
    random_shift,
    rotate,
    shift,
)


def _reflected(place, length):
    while not 0 <= place < length:
        place = -place if place < 0 else 2 * (length - 1) - place
    return place


def _bilinear(pixels, y, x):
    height, width = pixels.shape[:2]
    top, left = math.floor(y), math.floor(x)
    total = np.zeros(3)
    for row in (top, top + 1):
        for column in (left, left + 1):
            weight = (1 - abs(y - row)) * (1 - abs(x - column))
            total += weight * pixels[_reflected(row, height), _reflected(column, width)]
    return total


def test_mirror(rough):
    wanted = np.empty_like(rough)
    for row in range(14):
        for column in range(11):
            wanted[row, column] = rough[row, 10 - column]
    assert np.array_equal(mirror(rough), wanted)
    assert np.array_equal(mirror(mirror(rough)), rough)


@pytest.mark.parametrize("right_px", [-10, -3, 0, 1, 10])
@pytest.mark.parametrize("down_px", [-13, -1, 0, 4, 13])
def test_shift(right_px, down_px, rough):
    # Only the part that stays is in view, so its own border is where it is mirrored.
    top, bottom = max(0, -down_px), 14 - max(0, down_px)
    left, right = max(0, -right_px), 11 - max(0, right_px)
    part = rough[top:bottom, left:right]
    wanted = np.empty_like(rough)
    for row in range(14):
        for column in range(11):
            y = _reflected(row - max(0, down_px), len(part)) if len(part) > 1 else 0
            x = _reflected(column - max(0, right_px), part.shape[1]) if part.shape[1] > 1 else 0
            wanted[row, column] = part[y, x]
    assert np.array_equal(shift(rough, right_px, down_px), wanted)


def test_every_shift_is_equally_likely(rough):
    rng = np.random.default_rng(0)
    seen = {shift(rough, x, y).tobytes(): 0 for x in range(-2, 3) for y in range(-2, 3)}
    for _ in range(5000):
        seen[random_shift(rough, rng, most_px=2).tobytes()] += 1
    counts = np.array(list(seen.values()))
    assert len(counts) == 25
    # Chi-squared with 24 degrees of freedom exceeds 60 once in 16,000 draws.
    assert ((counts - 200) ** 2 / 200).sum() < 60


def test_crop(smooth):
    left, top, width, height = 5, 8, 16, 20
    wanted = np.empty((40, 32, 3))
    part = smooth[top : top + height, left : left + width]
    for row in range(40):
        for column in range(32):
            y = np.clip((row + 0.5) * height / 40 - 0.5, 0, height - 1)
            x = np.clip((column + 0.5) * width / 32 - 0.5, 0, width - 1)
            wanted[row, column] = _bilinear(part, y, x)
    assert np.abs(crop(smooth, left, top, width, height) - wanted).max() <= 1
    assert np.array_equal(crop(smooth, 0, 0, 32, 40), smooth)


def test_crops_have_every_size_and_place():
    # Pixels tell their column and row, so an enlarged part tells where it was.
    rows, columns = np.mgrid[:60, :50]
    place = np.stack([columns * 4, rows * 4, rows * 0], axis=2).astype(np.uint8)
    rng = np.random.default_rng(0)
    parts = np.array(
        [
            [part[0, 0, 0] / 4, part[0, 0, 1] / 4, part[0, -1, 0] / 4, part[-1, 0, 1] / 4]
            for part in (random_crop(place, rng, least_share=0.5) for _ in range(2000))
        ]
    )
    widths, heights = parts[:, 2] - parts[:, 0] + 1, parts[:, 3] - parts[:, 1] + 1
    assert np.abs(heights - widths * 1.2).max() < 3
    assert 24 <= widths.min() < 27
    assert widths.max() > 48
    assert widths.mean() == pytest.approx(37.5, abs=0.8)
    assert np.corrcoef(parts[:, 0], parts[:, 1])[0, 1] < 0.75  # places are independent
    assert parts[:, 0].mean() == pytest.approx((50 - widths).mean() / 2, abs=0.5)


@pytest.mark.parametrize("angle_deg", [-25.0, 3.5, 90.0])
def test_rotation(angle_deg, smooth):
    wanted = np.empty((40, 32, 3))
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    for row in range(40):
        for column in range(32):
            right, down = column - 15.5, row - 19.5
            # Counter-clockwise in a picture whose rows go down.
            wanted[row, column] = _bilinear(
                smooth, 19.5 + sin * right + cos * down, 15.5 + cos * right - sin * down
            )
    # OpenCV rounds places to 1/32 of a pixel.
    assert np.abs(rotate(smooth, angle_deg) - wanted).max() <= 3


def test_rotation_turns_as_pillow_does(smooth):
    turned = PillowImage.fromarray(smooth).rotate(12, PillowImage.Resampling.BILINEAR)
    inside = np.s_[8:-8, 8:-8]
    assert np.abs(rotate(smooth, 12).astype(int) - np.asarray(turned))[inside].max() <= 3
    assert np.array_equal(rotate(smooth, 0), smooth)


def test_angles_are_uniform_both_ways():
    # A line through the middle: its height at the edge tells the angle.
    line = np.zeros((101, 101, 3), np.uint8)
    line[50] = 255
    rng = np.random.default_rng(0)
    angles = []
    for _ in range(400):
        turned = random_rotation(line, rng, most_deg=20)[:, 90, 0].astype(float)
        at = (turned[10:91] * np.arange(10, 91)).sum() / turned[10:91].sum()
        angles.append(math.degrees(math.atan2(50 - at, 40)))
    assert -20.5 < min(angles) < -18
    assert 18 < max(angles) < 20.5
    assert np.mean(angles) == pytest.approx(0, abs=2)
    assert np.std(angles) == pytest.approx(20 / math.sqrt(3), abs=1)
