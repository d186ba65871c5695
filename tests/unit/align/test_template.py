from __future__ import annotations

import numpy as np
import pytest

from facemetric.align import TEMPLATES, align_faces, template_face
from facemetric.errors import InputError, UnknownNameError
from facemetric.types import Image


def test_the_templates_are_those_that_manifests_name() -> None:
    assert list(TEMPLATES) == ["arcface-112", "arcface-112x96", "dlib-150", "margin-crop-160"]
    for name in TEMPLATES:
        template = TEMPLATES[name]
        assert template.name == name
        if template.points_px is None:
            assert template.margin_px is not None
        else:
            assert template.points_px.shape == (5, 2)
            assert not template.points_px.flags.writeable
            assert (template.points_px > 0).all()
            assert (template.points_px < [template.width_px, template.height_px]).all()


def test_the_sphereface_template_is_eight_pixels_narrower_on_either_side() -> None:
    wide, narrow = TEMPLATES["arcface-112"], TEMPLATES["arcface-112x96"]
    np.testing.assert_allclose(wide.points_px - narrow.points_px, np.tile([8.0, 0.0], (5, 1)))
    assert (narrow.width_px, narrow.height_px) == (96, 112)


def test_an_unknown_template_is_suggested() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'arcface-112'"):
        template_face(np.array([0, 0, 1, 1]), "arcface112")


@pytest.mark.parametrize("name", ["arcface-112", "arcface-112x96", "dlib-150"])
def test_a_made_up_face_gives_exactly_its_box(name: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (260, 300, 3), dtype=np.uint8)
    template = TEMPLATES[name]
    left, top = 31, 47
    box = np.array([left, top, left + template.width_px, top + template.height_px])
    face = template_face(box, name)
    assert face.score == 0
    chip = align_faces(Image(pixels, (300, 260)), [face], name)[0].pixels
    np.testing.assert_array_equal(chip, pixels[top : box[3], left : box[2]])


def test_another_shape_of_box_is_used_from_its_middle() -> None:
    wide = template_face(np.array([0, 0, 400, 112]), "arcface-112")
    square = template_face(np.array([144, 0, 256, 112]), "arcface-112")
    np.testing.assert_allclose(wide.landmarks_px, square.landmarks_px)


@pytest.mark.parametrize("box", [[0, 0, 0, 5], [5, 0, 1, 5], [0, 0, np.nan, 1], [1, 2, 3]])
def test_a_box_without_area_is_refused(box: list[float]) -> None:
    with pytest.raises(InputError, match="box_xyxy_px: expected left < right"):
        template_face(np.array(box), "dlib-150")
