from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from facemetric.errors import InputError
from facemetric.report import crop_picture, encode_picture
from facemetric.types import UInt8


def decode(jpeg: bytes) -> UInt8:
    return np.asarray(Image.open(io.BytesIO(jpeg)))


def test_colours_survive(astronaut: UInt8) -> None:
    shown = decode(encode_picture(astronaut).jpeg)
    assert np.abs(shown.astype(int) - astronaut).mean() < 5


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 200))
def test_the_longer_side_is_limited_and_the_frame_is_kept(
    width: int, height: int, longest: int
) -> None:
    picture = encode_picture(np.zeros((height, width, 3), np.uint8), longest_px=longest)
    assert max(picture.size_px) == min(longest, max(width, height))
    assert decode(picture.jpeg).shape[:2] == picture.size_px[::-1]
    assert picture.frame_xyxy_px == (0, 0, width, height)


def test_a_reduced_photograph_keeps_its_full_frame(astronaut: UInt8) -> None:
    picture = encode_picture(astronaut[::4, ::4], size_px=(512, 512))
    assert picture.frame_xyxy_px == (0, 0, 512, 512)


def test_a_crop_shows_the_part_that_it_names(astronaut: UInt8) -> None:
    picture = crop_picture(astronaut, (170, 60, 280, 200), margin=0.2, longest_px=400)
    left, top, right, bottom = (int(side) for side in picture.frame_xyxy_px)
    assert (right - left) == pytest.approx(140 * 1.4, abs=2)
    wanted = astronaut[top:bottom, left:right]
    assert np.abs(decode(picture.jpeg).astype(int) - wanted).mean() < 5


def test_a_crop_of_a_reduced_photograph_is_the_same_place(astronaut: UInt8) -> None:
    box = (170.0, 60.0, 280.0, 200.0)
    half = crop_picture(astronaut[::2, ::2], box, size_px=(512, 512))
    whole = crop_picture(astronaut, box)
    assert half.frame_xyxy_px == pytest.approx(whole.frame_xyxy_px, abs=2)


def test_a_crop_over_the_border_is_filled(astronaut: UInt8) -> None:
    picture = crop_picture(astronaut, (-50, -50, 50, 50), margin=0)
    assert picture.frame_xyxy_px == (-50, -50, 50, 50)
    assert np.abs(decode(picture.jpeg)[:40, :40].astype(int) - 128).max() < 12


@pytest.mark.parametrize(
    "box", [(0, 0, 0, 5), (5, 5, 1, 9), (0, 0, np.nan, 4), (900, 900, 950, 950), (1, 2, 3)]
)
def test_bad_boxes_are_named(astronaut: UInt8, box: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="box_xyxy_px"):
        crop_picture(astronaut, box)


@pytest.mark.parametrize("shape", [(0, 4, 3), (4, 4), (4, 4, 4)])
def test_bad_pixels_are_named(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"pixels: expected uint8 \(H, W, 3\)"):
        encode_picture(np.zeros(shape, np.uint8))


def test_bad_options_are_named(astronaut: UInt8) -> None:
    with pytest.raises(InputError, match="quality"):
        encode_picture(astronaut, quality=0)
