from __future__ import annotations

import cv2
import matplotlib.cbook
import numpy as np
import PIL.Image
import pytest
from skimage.data import astronaut

from facemetric.align import TEMPLATES, align_faces
from facemetric.errors import InputError
from facemetric.quality import measure_chip, quality_problems
from facemetric.types import Chip, ChipQuality, Face, Image

TEMPLATE_NAMES = list(TEMPLATES)


def _hopper() -> np.ndarray:
    with matplotlib.cbook.get_sample_data("grace_hopper.jpg") as file:
        return np.asarray(PIL.Image.open(file).convert("RGB"))


# What MTCNN finds in the two photographs.
PHOTOGRAPHS = {
    "astronaut": (
        astronaut,
        Face(
            np.array([179.1, 65.7, 266.4, 172.4], np.float32),
            0.999,
            np.array(
                [[204.3, 102.1], [247.3, 105.1], [225.0, 130.8], [201.3, 139.5], [244.9, 142.2]],
                np.float32,
            ),
        ),
    ),
    "hopper": (
        _hopper,
        Face(
            np.array([169.6, 109.7, 355.9, 340.5], np.float32),
            0.999,
            np.array(
                [[221.2, 193.0], [310.4, 186.7], [272.8, 239.3], [232.3, 279.2], [306.3, 275.0]],
                np.float32,
            ),
        ),
    ),
}


def _measure(pixels: np.ndarray, face: Face, template: str = "arcface-112") -> ChipQuality:
    image = Image(np.ascontiguousarray(pixels), (pixels.shape[1], pixels.shape[0]))
    return measure_chip(align_faces(image, [face], template)[0])


def _scaled(face: Face, factor: float) -> Face:
    return Face(face.box_xyxy_px * np.float32(factor), 0.9, face.landmarks_px * np.float32(factor))


@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize("template", TEMPLATE_NAMES)
def test_good_photographs_have_no_problems(name: str, template: str) -> None:
    load, face = PHOTOGRAPHS[name]
    quality = _measure(load(), face, template)
    assert quality_problems(quality) == []
    assert quality.size_px == pytest.approx(face.size_px)
    assert abs(quality.yaw_deg) < 10
    assert abs(quality.roll_deg) < 10


@pytest.mark.parametrize("template", TEMPLATE_NAMES)
def test_a_blurred_photograph_is_called_blurred(template: str) -> None:
    load, face = PHOTOGRAPHS["astronaut"]
    blurred = cv2.GaussianBlur(load(), (0, 0), 4)
    (problem,) = quality_problems(_measure(blurred, face, template))
    assert problem.startswith("blurred: sharpness ")
    assert problem.endswith("wanted at least 20")


def test_more_blur_is_less_sharp() -> None:
    load, face = PHOTOGRAPHS["hopper"]
    values = [
        _measure(cv2.GaussianBlur(load(), (0, 0), sigma), face).sharpness
        for sigma in (0.5, 1, 2, 4, 8)
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] > 50 * values[-1]


def test_a_tiny_face_is_small_and_has_no_detail() -> None:
    load, face = PHOTOGRAPHS["astronaut"]
    tiny = cv2.resize(load(), (102, 102), interpolation=cv2.INTER_AREA)
    problems = quality_problems(_measure(tiny, _scaled(face, 102 / 512)))
    assert problems[0].startswith("small: the face is 17 px wide, wanted at least 40 px")
    large = _measure(load(), face).sharpness
    assert _measure(tiny, _scaled(face, 102 / 512)).sharpness < large / 10


@pytest.mark.parametrize(
    ("gain", "offset", "word"),
    [(0.15, 0, "too dark"), (2.0, 120, "too bright"), (0.1, 110, "too flat")],
)
def test_bad_exposure_is_named(gain: float, offset: float, word: str) -> None:
    load, face = PHOTOGRAPHS["astronaut"]
    pixels = np.clip(load() * gain + offset, 0, 255).astype(np.uint8)
    problems = quality_problems(_measure(pixels, face))
    assert any(problem.startswith(word) for problem in problems)


def test_a_mirrored_photograph_flips_yaw_and_roll_only() -> None:
    load, face = PHOTOGRAPHS["hopper"]
    pixels = load()
    width = pixels.shape[1]
    left, top, right, bottom = face.box_xyxy_px
    points = (face.landmarks_px * [-1, 1] + [width - 1, 0])[[1, 0, 2, 4, 3]]
    mirror = Face(
        np.array([width - right, top, width - left, bottom]), 0.9, points.astype(np.float32)
    )
    one, other = _measure(pixels, face), _measure(pixels[:, ::-1], mirror)
    assert other.yaw_deg == pytest.approx(-one.yaw_deg, abs=1e-3)
    assert other.roll_deg == pytest.approx(-one.roll_deg, abs=1e-3)
    assert other.pitch_deg == pytest.approx(one.pitch_deg, abs=1e-3)
    assert other.sharpness == pytest.approx(one.sharpness, rel=0.1)


def test_exposure_of_a_known_chip() -> None:
    pixels = np.full((112, 112, 3), 51, np.uint8)
    pixels[:, 56:] = 255
    _, face = PHOTOGRAPHS["hopper"]
    quality = measure_chip(Chip(pixels, "arcface-112", face))
    assert quality.brightness == pytest.approx(0.6)
    assert quality.contrast == pytest.approx(0.4)
    assert quality.clipped == pytest.approx(0.5)
    # One edge of height 204: the Laplacian is +204 and -204 in two of 84 columns.
    assert quality.sharpness == pytest.approx(204**2 * 2 / 84)


def test_sharpness_compares_between_chip_sizes() -> None:
    load, face = PHOTOGRAPHS["hopper"]
    chip = align_faces(Image(load(), load().shape[1::-1]), [face], "arcface-112")[0]
    doubled = cv2.resize(chip.pixels, (224, 224), interpolation=cv2.INTER_CUBIC)
    assert measure_chip(Chip(doubled, "x", face)).sharpness == pytest.approx(
        measure_chip(chip).sharpness, rel=0.35
    )


def test_a_chip_without_a_face_is_refused() -> None:
    with pytest.raises(InputError, match="chip: the chip has no face"):
        measure_chip(Chip(np.zeros((112, 112, 3), np.uint8), "arcface-112"))
