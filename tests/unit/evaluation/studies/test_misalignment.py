from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from facemetric.evaluation.studies.misalignment import MisalignmentStudy
from facemetric.types import Face, Image

from .conftest import SHAPE


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_by_that_share_of_the_eyes_distance(
    pictures: list[tuple[Image, Face]], share: float
) -> None:
    change = MisalignmentStudy().change(share, SHAPE)
    assert change is not None
    for image, face in pictures:
        moved = change.face(face, image)
        way = moved.landmarks_px - face.landmarks_px
        assert np.allclose(way, way[0], atol=1e-3)
        assert np.allclose(moved.box_xyxy_px - face.box_xyxy_px, np.tile(way[0], 2), atol=1e-3)
        eyes_px = np.hypot(*(face.landmarks_px[1] - face.landmarks_px[0]))
        assert np.hypot(*way[0]) == pytest.approx(share * eyes_px, rel=1e-3)
        assert change.photo(image) is image


def test_directions_are_of_the_photographs_and_even(pictures: list[tuple[Image, Face]]) -> None:
    image, face = pictures[0]
    change = MisalignmentStudy().change(0.1, SHAPE)
    assert change is not None
    ways = []
    for number in range(400):
        other = dataclasses.replace(image, sha256=f"{number * 7919:064x}"[::-1])
        ways.append(change.face(face, other).landmarks_px[0] - face.landmarks_px[0])
    length = np.hypot(*ways[0])
    assert np.hypot(*np.mean(ways, axis=0)) < 0.15 * length
    again = change.face(face, image)
    assert np.array_equal(again.landmarks_px, change.face(face, image).landmarks_px)


def test_unchanged_at_zero() -> None:
    assert MisalignmentStudy().change(0, SHAPE) is None
