"""Portraits as values: what is one, what is refused, and where the face is in it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from facemetric.errors import InputError
from facemetric.gallery import Portrait
from facemetric.gallery.portrait import SIDE_PX, check_portrait
from facemetric.types import Face
from layouts.kept import kept_portrait, made_jpeg

FACE = Face(
    np.array([10, 20, 60, 90], np.float32),
    0.875,
    np.array([(25, 48), (45, 48), (35, 62), (28, 76), (43, 76)], np.float32),
)


def refusal(portrait: Portrait, face: Face | None = FACE) -> str:
    with pytest.raises(InputError) as caught:
        check_portrait(portrait, face=face, item="ada.jpg")
    return str(caught.value)


def test_a_portrait_tells_its_size() -> None:
    portrait = kept_portrait(3, size_px=(120, 80))
    assert portrait.size_px == (120, 80)
    check_portrait(portrait, face=FACE, item="ada.jpg")


def test_a_face_is_where_the_frame_says() -> None:
    """Twice the size, from (0, 10): corners map to corners, landmarks from centre to centre."""
    portrait = Portrait(made_jpeg(0, (200, 200)), (0.0, 10.0, 100.0, 110.0))
    placed = portrait.place(FACE)
    assert placed.box_xyxy_px.tolist() == [20, 20, 120, 160]
    assert placed.landmarks_px[0].tolist() == [50.5, 76.5]
    assert placed.score == FACE.score


def test_what_is_no_picture_or_too_large_is_refused() -> None:
    frame = (0.0, 0.0, 100.0, 100.0)
    assert "no JPEG" in refusal(Portrait(b"\x89PNG and so on", frame))
    assert "no JPEG" in refusal(Portrait(made_jpeg(0)[:-2], frame))
    assert "no JPEG" in refusal(Portrait(b"\xff\xd8\xff\xd9", frame))
    assert f"at most {SIDE_PX} pixels" in refusal(Portrait(made_jpeg(0, (401, 40)), frame))
    assert "no area" in refusal(Portrait(made_jpeg(0), (5.0, 0.0, 5.0, 10.0)))
    assert "no area" in refusal(Portrait(made_jpeg(0), (float("nan"), 0.0, 5.0, 10.0)))
    assert "where in it the face is" in refusal(kept_portrait(0), face=None)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ((100.0, 20.0, 150.0, 90.0), "(100, 20, 150, 90) does not show the face's box (10, 20, 60"),
        ((10.0, 200.0, 60.0, 270.0), "does not show the face's box"),
        ((51.0, 20.0, 121.0, 90.0), "does not show the face's box"),  # 18 % of its width
        ((0.0, 0.0, 220.0, 90.0), "(0, 0, 220, 90) shows more than 3 times the face's box (10, 20"),
        ((0.0, 0.0, 4000.0, 3000.0), "and so who and what was beside it"),
    ],
)
def test_a_frame_that_is_not_the_faces_is_refused(
    frame: tuple[float, float, float, float], said: str
) -> None:
    assert said in refusal(Portrait(made_jpeg(0), frame))


@pytest.mark.parametrize(
    "frame", [(-17.5, -8.0, 87.5, 118.0), (0.0, 0.0, 35.0, 118.0), (9.0, 19.0, 61.0, 38.0)]
)
def test_a_face_may_reach_outside_its_photograph(frame: tuple[float, float, float, float]) -> None:
    check_portrait(Portrait(made_jpeg(0), frame), face=FACE, item="ada.jpg")


@pytest.mark.parametrize("marker", [0xE1, 0xE2, 0xED, 0xFE])
def test_metadata_is_refused(marker: int) -> None:
    note = b"Exif\0\0 59.33 N 18.07 E"
    segment = bytes([0xFF, marker]) + (len(note) + 2).to_bytes(2, "big") + note
    told = made_jpeg(0)
    told = told[:2] + segment + told[2:]
    assert cv2.imdecode(np.frombuffer(told, np.uint8), cv2.IMREAD_COLOR) is not None
    assert "metadata" in refusal(Portrait(told, (0.0, 0.0, 100.0, 100.0)))


def test_the_bytes_of_a_face_are_in_no_text() -> None:
    portrait = kept_portrait(1)
    assert "jpeg" not in repr(portrait) and len(repr(portrait)) < 120
