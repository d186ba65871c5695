from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from skimage.data import astronaut

from facemetric.align import TEMPLATES, align_faces, fit_similarity, template_face
from facemetric.errors import InputError
from facemetric.types import Face, Image

POINTS = TEMPLATES["arcface-112"].points_px


def _image(pixels: np.ndarray) -> Image:
    return Image(pixels, (pixels.shape[1], pixels.shape[0]), source="photo.jpg")


def _face(landmarks: np.ndarray, box: tuple[float, ...] = (0, 0, 100, 100)) -> Face:
    return Face(np.array(box, np.float32), 0.99, landmarks.astype(np.float32))


def _smooth(height: int, width: int) -> np.ndarray:
    """A picture without detail, so that shrinking it loses nothing."""
    small = np.random.default_rng(1).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def test_at_full_size_the_chip_is_what_warpaffine_gives() -> None:
    pixels = astronaut()
    landmarks = POINTS * 0.9 + [150, 40] + np.random.default_rng(0).normal(0, 2, (5, 2))
    landmarks = landmarks.astype(np.float32)
    matrix = fit_similarity(landmarks[None], POINTS)[0]
    wanted = cv2.warpAffine(pixels, matrix, (112, 112))
    (chip,) = align_faces(_image(pixels), [_face(landmarks)], "arcface-112")
    assert chip.template == "arcface-112"
    assert chip.quality is None
    # The same numbers but for OpenCV's fixed-point rounding of the shift.
    difference = np.abs(chip.pixels.astype(int) - wanted.astype(int))
    assert difference.max() <= 8
    assert difference.mean() < 0.2


@settings(deadline=None, max_examples=25)
@example(angle=0.0, scale=0.1875, seed=0)
@given(angle=st.floats(-3, 3), scale=st.floats(0.15, 3), seed=st.integers(0, 99))
def test_every_pixel_comes_from_where_the_fit_says(angle: float, scale: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    c, s = np.cos(angle) / scale, np.sin(angle) / scale
    landmarks = (POINTS - 56) @ np.array([[c, s], [-s, c]]) + rng.uniform(400, 500, 2)
    # A plane of brightness: shrinking and interpolating leave its values as they are.
    x, y = np.meshgrid(np.arange(900), np.arange(900))
    pixels = np.stack([x / 5 + 20, y / 5 + 20, (x + y) / 9 + 10], axis=2)
    chip = align_faces(_image(pixels.astype(np.uint8)), [_face(landmarks)], "arcface-112")[0]
    inverse = cv2.invertAffineTransform(fit_similarity(landmarks[None], POINTS)[0])
    rows, columns = np.meshgrid(np.arange(112), np.arange(112), indexing="ij")
    where = np.stack([columns, rows], axis=2) @ inverse[:, :2].T + inverse[:, 2]
    inside = ((where > 16) & (where < 883)).all(axis=2)
    wanted = np.stack(
        [where[..., 0] / 5 + 20, where[..., 1] / 5 + 20, where.sum(2) / 9 + 10], axis=2
    )
    assert inside.mean() > 0.3
    assert np.abs(chip.pixels[inside] - wanted[inside]).max() < 2.0


def test_a_large_face_is_averaged_not_sampled() -> None:
    checks = (np.indices((1600, 1600)).sum(0) % 2 * 255).astype(np.uint8)
    pixels = np.repeat(checks[..., None], 3, axis=2)
    (chip,) = align_faces(_image(pixels), [_face(POINTS * 12.37 + [90.3, 90.7])], "arcface-112")
    assert np.abs(chip.pixels.astype(int) - 127).max() <= 24
    naive = cv2.warpAffine(
        pixels, fit_similarity(POINTS[None] * 12.37 + 90.3, POINTS)[0], (112, 112)
    )
    assert naive.std() > 4 * chip.pixels.std()


@pytest.mark.parametrize("reduction", [2, 4])
@pytest.mark.parametrize("template", list(TEMPLATES))
def test_a_reduced_decode_gives_the_same_chip(template: str, reduction: int) -> None:
    pixels = _smooth(1200, 1600)
    reduced = cv2.resize(
        pixels, (1600 // reduction, 1200 // reduction), interpolation=cv2.INTER_AREA
    )
    face = _face(POINTS * 6 + [400, 200], (480.0, 240.0, 992.0, 752.0))
    full = align_faces(_image(pixels), [face], template)[0].pixels
    small = align_faces(Image(reduced, (1600, 1200)), [face], template)[0].pixels
    assert np.abs(full.astype(int) - small.astype(int)).max() <= 5
    # Half a pixel of error in the mapping would show as a bias along the gradients.
    assert np.abs(full.astype(int) - small.astype(int)).mean() < 0.6


def test_outside_the_image_is_black() -> None:
    white = np.full((200, 200, 3), 255, np.uint8)
    (chip,) = align_faces(_image(white), [_face(POINTS - [56, 0])], "arcface-112")
    assert (chip.pixels[:, :55] == 0).all()
    assert (chip.pixels[:, 57:] == 255).all()


@pytest.mark.parametrize("template", list(TEMPLATES))
def test_a_face_outside_the_image_is_named(template: str) -> None:
    inside = template_face(np.array([10, 10, 90, 90]), template)
    away = template_face(np.array([900, 900, 990, 990]), template)
    with pytest.raises(InputError, match=r"photo\.jpg: face\[1\]: lies outside the image"):
        align_faces(_image(_smooth(200, 200)), [inside, away], template)


def test_coinciding_landmarks_are_named() -> None:
    with pytest.raises(InputError, match=r"photo\.jpg: face\[0\]: the landmarks coincide"):
        align_faces(_image(_smooth(200, 200)), [_face(np.full((5, 2), 7.0))], "dlib-150")


def test_a_huge_face_costs_no_more_than_the_picture() -> None:
    (chip,) = align_faces(_image(_smooth(90, 120)), [_face((POINTS - 50) * 1e5)], "arcface-112")
    assert chip.pixels.shape == (112, 112, 3)


def test_no_faces_give_no_chips() -> None:
    assert align_faces(_image(_smooth(90, 120)), [], "arcface-112") == []


def test_the_narrow_template_is_the_middle_of_the_square_one() -> None:
    face = _face(POINTS * 1.3 + [100, 30])
    image = _image(astronaut())
    square = align_faces(image, [face], "arcface-112")[0].pixels
    narrow = align_faces(image, [face], "arcface-112x96")[0].pixels
    assert narrow.shape == (112, 96, 3)
    assert np.abs(square[:, 8:104].astype(int) - narrow.astype(int)).max() <= 6


def test_the_margin_takes_its_share_of_the_chip() -> None:
    pixels = np.zeros((400, 400, 3), np.uint8)
    pixels[100:228, 150:278] = 255
    face = _face(POINTS, (150, 100, 278, 228))
    (chip,) = align_faces(_image(pixels), [face], "margin-crop-160")
    assert (chip.pixels[16:144, 16:144] == 255).all()
    assert chip.pixels.sum() == 128 * 128 * 3 * 255
    (tight,) = align_faces(_image(pixels), [face], "margin-crop-160", margin_px=0)
    assert (tight.pixels == 255).all()


def test_the_crop_is_that_of_facenet_pytorch() -> None:
    """Its ``extract_face``, read and restated: margin, truncation, area resize."""
    pixels = astronaut()
    box = [170.6, 60.2, 290.9, 210.4]
    margin = [32 * (box[2] - box[0]) / 128, 32 * (box[3] - box[1]) / 128]
    left, top = int(max(box[0] - margin[0] / 2, 0)), int(max(box[1] - margin[1] / 2, 0))
    right, bottom = int(min(box[2] + margin[0] / 2, 512)), int(min(box[3] + margin[1] / 2, 512))
    wanted = cv2.resize(pixels[top:bottom, left:right], (160, 160), interpolation=cv2.INTER_AREA)
    face = _face(POINTS, tuple(box))
    (chip,) = align_faces(_image(pixels), [face], "margin-crop-160", margin_px=32)
    np.testing.assert_array_equal(chip.pixels, wanted)


def test_a_crop_at_the_edge_is_clipped_not_padded() -> None:
    white = np.full((100, 100, 3), 255, np.uint8)
    (chip,) = align_faces(_image(white), [_face(POINTS, (-30, 60, 40, 130))], "margin-crop-160")
    assert (chip.pixels == 255).all()


@pytest.mark.parametrize("margin", [-1.0, 160.0, np.nan])
def test_a_margin_must_leave_room(margin: float) -> None:
    with pytest.raises(InputError, match="margin_px: expected 0 to 160"):
        align_faces(_image(_smooth(90, 90)), [], "margin-crop-160", margin_px=margin)


def test_a_landmark_template_takes_no_margin() -> None:
    with pytest.raises(InputError, match="takes no margin"):
        align_faces(_image(_smooth(90, 90)), [], "arcface-112", margin_px=10)


def test_a_box_without_area_is_named() -> None:
    with pytest.raises(InputError, match=r"face\[0\]: the box has no area"):
        align_faces(_image(_smooth(90, 90)), [_face(POINTS, (5, 5, 5, 9))], "margin-crop-160")
