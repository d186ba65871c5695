"""The stand-in that is learnt from a set's other photographs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PilImage

from facemetric.datasets import BoxedPhoto, Photo, load_photo
from facemetric.evaluation import CentralFaceFinder
from facemetric.evaluation.usual_place import UsualPlace
from facemetric.types import AnyArray


@pytest.fixture(scope="module")
def photos(samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One face at the same place of three pictures, and a picture without any, twice as large."""
    folder = tmp_path_factory.mktemp("usual")
    with PilImage.open(samples["obama"]) as picture:
        small = picture.convert("RGB").resize((600, 750))
    paths = []
    for number in range(3):
        path = folder / f"{number}.png"
        small.point(lambda value, shift=number: min(255, value + 4 * shift)).save(path)
        paths.append(path)
    paths.append(folder / "blank.png")
    PilImage.new("RGB", (1200, 1500), (90, 120, 90)).save(paths[-1])
    return paths


def box(rule: UsualPlace, photo: Photo) -> AnyArray:
    return rule.stand_in(photo, load_photo(photo), "dlib-150").box_xyxy_px


def test_it_stands_where_the_others_are(photos: list[Path]) -> None:
    finder = CentralFaceFinder()
    rule = UsualPlace(finder, photos)
    faces = rule(photos)
    assert [rule.counts_as_found(face) for face in faces] == [True, True, True, False]
    assert rule(photos[2:]) == faces[2:]
    first = faces[0]
    assert first is not None
    left, top, right, bottom = 2 * first.box_xyxy_px
    got = box(rule, photos[3])
    side = max(right - left, bottom - top)
    assert got[2] - got[0] == pytest.approx(side, rel=0.05)
    assert got[2] - got[0] == pytest.approx(got[3] - got[1])
    middle = [(left + right) / 2, (top + bottom) / 2]
    assert (got[:2] + got[2:]) / 2 == pytest.approx(np.array(middle), abs=0.05 * float(side))
    assert rule.key["kind"] == "usual place"
    assert rule.key != finder.key


def test_with_every_face_found_the_embeddings_are_the_finders(photos: list[Path]) -> None:
    finder = CentralFaceFinder()
    assert UsualPlace(finder, photos[:3]).key == finder.key


def test_without_any_face_the_finders_stand_in_serves(photos: list[Path]) -> None:
    finder = CentralFaceFinder()
    rule = UsualPlace(finder, photos[3:])
    image = load_photo(photos[3])
    wanted = finder.stand_in(photos[3], image, "dlib-150").box_xyxy_px
    assert box(rule, photos[3]).tolist() == wanted.tolist()
    assert rule.key == finder.key


def test_a_given_box_is_kept(photos: list[Path]) -> None:
    given = BoxedPhoto(photos[3], (10.0, 20.0, 110.0, 140.0))
    assert box(UsualPlace(CentralFaceFinder(), photos), given).tolist() == [10, 20, 110, 140]


def test_a_photograph_outside_the_set_is_searched_too(
    photos: list[Path], samples: dict[str, Path]
) -> None:
    finder = CentralFaceFinder()
    rule = UsualPlace(finder, photos[2:])
    blank, other, inside = rule([photos[3], samples["biden"], photos[2]])
    assert blank is None
    assert inside == rule([photos[2]])[0]
    (wanted,) = finder([samples["biden"]])
    assert other is not None
    assert wanted is not None
    assert other.box_xyxy_px.tolist() == wanted.box_xyxy_px.tolist()
