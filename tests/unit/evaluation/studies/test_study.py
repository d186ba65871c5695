"""What holds of every study."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from facemetric.align import align_faces
from facemetric.embed import Embedder
from facemetric.errors import UnknownNameError
from facemetric.evaluation.studies import STUDIES, PhotoStudy, VectorStudy
from facemetric.evaluation.studies.study import Unchanged, unit_norm
from facemetric.types import Face, Image

from .conftest import SHAPE, changed_chip, likeness

PHOTO = [STUDIES[name] for name in STUDIES if isinstance(STUDIES[name], PhotoStudy)]


def test_every_study_has_a_name_and_levels_that_it_takes() -> None:
    assert len(STUDIES) == 8
    for name in STUDIES:
        study = STUDIES[name]
        assert study.name == name
        assert isinstance(study, PhotoStudy) != isinstance(study, VectorStudy)
        assert study.title and study.axis
        assert list(study.levels) == sorted(set(study.levels))
        for level in study.levels_for(SHAPE):
            study.check(level, SHAPE)
        assert set(study.paper) <= set(study.levels)
        assert bool(study.paper) <= bool(study.paper_note)
    with pytest.raises(UnknownNameError, match="Did you mean 'jpeg'"):
        STUDIES["jpgeg"]


@pytest.mark.parametrize("study", PHOTO, ids=lambda study: study.name)
def test_the_same_whatever_the_order_and_the_threads(
    study: PhotoStudy, pictures: list[tuple[Image, Face]]
) -> None:
    level = study.levels[1]

    def made(picture: tuple[Image, Face]) -> bytes:
        return changed_chip(study, level, *picture).pixels.tobytes()

    alone = [made(picture) for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(made, [*reversed(pictures)] * 2))
    assert together == [*reversed(alone)] * 2


@pytest.mark.parametrize("study", PHOTO, ids=lambda study: study.name)
def test_keys_tell_levels_apart(study: PhotoStudy) -> None:
    changes = [study.change(level, SHAPE) for level in study.levels_for(SHAPE)]
    keys = [str(change.key) for change in changes if change is not None]
    assert len(set(keys)) == len(keys) > 1
    assert all("code" in change.key for change in changes if change is not None)


@pytest.mark.parametrize("study", PHOTO, ids=lambda study: study.name)
def test_faces_grow_less_like_themselves_step_by_step(
    study: PhotoStudy, pictures: list[tuple[Image, Face]], embedder: Embedder
) -> None:
    means = likeness(study, pictures, embedder)
    assert means[0] > 0.97
    assert means[-1] < means[0] - 0.01
    falls = np.diff(means)
    assert (falls < 0.003).all(), means


def test_nothing_happens_where_nothing_is_overridden(pictures: list[tuple[Image, Face]]) -> None:
    image, face = pictures[0]
    change = Unchanged("blur")
    (chip,) = align_faces(image, [face], "arcface-112")
    assert change.photo(image) is image
    assert change.face(face, image) is face
    assert change.chip(chip, image) is chip


def test_a_row_of_zeros_becomes_the_first_axis() -> None:
    rows = unit_norm(np.array([[0, 0], [3, 4]], np.float32))
    assert np.allclose(rows, [[1, 0], [0.6, 0.8]])
