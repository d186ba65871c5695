import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.detect.pyramid import (
    STRIDE_PX,
    WINDOW_PX,
    Pyramid,
    level_scales,
    snap,
    tiles,
)


def random_pixels(height, width):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def test_scales_fall_by_the_factor_until_a_face_no_longer_fits():
    scales = level_scales((250, 100), min_face_px=40, factor=0.5)
    assert scales == [0.3, 0.15]
    assert level_scales((39, 500), min_face_px=40, factor=0.709) == []


def test_a_halving_is_the_mean_of_four_pixels_and_repeats_an_odd_edge():
    pixels = random_pixels(5, 8)
    padded = np.concatenate([pixels, pixels[-1:]]).astype(float)
    means = padded.reshape(3, 2, 4, 2, 3).mean(axis=(1, 3))
    assert np.abs(Pyramid(pixels).halving(1) - means).max() <= 0.5


@pytest.mark.parametrize("scale", [0.9, 0.3, 0.11, 0.02, 1.5])
def test_a_level_shows_the_same_picture(scale):
    """A slope keeps its values at the places that the scale says."""
    width, height = 640, 480
    slope = np.linspace(0, 255, width)
    pixels = np.repeat(np.tile(slope, (height, 1))[:, :, None], 3, axis=2).astype(np.uint8)
    level = Pyramid(pixels).level(scale)
    assert level.shape[:2] == (int(height * scale + 1), int(width * scale + 1))
    places = (np.arange(level.shape[1]) + 0.5) / level.shape[1] * width - 0.5
    expected = np.interp(places, np.arange(width), slope)
    assert np.abs(level[0, :, 0] - expected).max() <= 2


@settings(deadline=None, max_examples=60)
@given(
    st.integers(12, 90), st.integers(12, 90), st.sampled_from([24 * 12, 24 * 14, 24 * 23, 10_000])
)
def test_every_window_lies_in_exactly_one_tile(width, height, max_px):
    seen = []
    for rows, columns in tiles((width, height), max_px=max_px):
        assert rows.start % 2 == columns.start % 2 == 0
        tops = range(rows.start, rows.stop - WINDOW_PX + 1, STRIDE_PX)
        lefts = range(columns.start, columns.stop - WINDOW_PX + 1, STRIDE_PX)
        seen += [(top, left) for top in tops for left in lefts]
    tops = range(0, height - WINDOW_PX + 1, STRIDE_PX)
    lefts = range(0, width - WINDOW_PX + 1, STRIDE_PX)
    assert sorted(seen) == [(top, left) for top in tops for left in lefts]


@settings(deadline=None, max_examples=60)
@given(st.floats(-300, 300), st.floats(-300, 300), st.floats(0.1, 900), st.floats(0.1, 900))
def test_snapped_boxes_are_square_and_near(left, top, width, height):
    box = np.array([[left, top, left + width, top + height]], np.float32)
    snapped = snap(box, side_px=24)
    sides = snapped[:, 2:] - snapped[:, :2]
    assert sides[0, 0] == sides[0, 1] >= 1
    side = max(width, height, 1)
    assert np.abs(snapped.mean(axis=1) - box.mean(axis=1)).max() <= max(1, side / 24) + 0.01
    assert abs(sides[0, 0] - side) <= max(0.5, side / 48) + 0.01


def test_a_crop_of_the_right_size_is_the_picture():
    pixels = random_pixels(60, 60)
    crop = Pyramid(pixels).crop(np.array([[5, 7, 29, 31]], np.float32), side_px=24)
    np.testing.assert_array_equal(crop[0], pixels[7:31, 5:29])


def test_what_lies_outside_is_black_and_nothing_is_stretched():
    pixels = np.full((60, 60, 3), 200, np.uint8)
    boxes = np.array(
        [[-12, 0, 12, 24], [48, 48, 72, 72], [-24, -48, 72, 48], [100, 100, 124, 124]], np.float32
    )
    crops = Pyramid(pixels).crop(boxes, side_px=24)
    expected = np.zeros((4, 24, 24, 3), np.uint8)
    expected[0, :, 12:] = 200
    expected[1, :12, :12] = 200
    expected[2, 12:, 6:21] = 200
    np.testing.assert_array_equal(crops, expected)


def test_a_large_crop_is_the_mean_of_its_pixels():
    pixels = random_pixels(200, 200)
    crop = Pyramid(pixels).crop(np.array([[8, 0, 200, 192]], np.float32), side_px=24)
    means = pixels[0:192, 8:200].reshape(24, 8, 24, 8, 3).mean(axis=(1, 3))
    assert np.abs(crop[0] - means).max() <= 1.5
