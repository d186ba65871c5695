from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from facemetric.align import align_faces
from facemetric.datasets import load_photo
from facemetric.evaluation import CentralFaceFinder
from facemetric.evaluation.faces import CentralFaces
from facemetric.jobs.measuring import MEASURES, Measured, measure_faces
from facemetric.quality import measure_chip
from layouts.pictures import picture_without_face

pytestmark = pytest.mark.samples


def measured(photos: list[Path], faces: CentralFaces, cache: Path | None = None) -> Measured:
    return measure_faces(
        photos,
        faces,
        finder=CentralFaceFinder(),
        template="arcface-112",
        cache=cache,
        workers=1,
        progress=None,
    )


def test_measures_are_those_of_the_chip(samples: dict[str, Path], tmp_path: Path) -> None:
    photos = [samples["biden"], picture_without_face()]
    faces = CentralFaceFinder()(photos)
    found = measured(photos, faces, tmp_path)
    assert found.known.tolist() == [True, False]
    assert found.row(1) == {}
    face = faces[0]
    assert face is not None
    (chip,) = align_faces(load_photo(photos[0]), [face], "arcface-112")
    wanted = dataclasses.asdict(measure_chip(chip))
    assert found.row(0) == pytest.approx(wanted)
    assert tuple(wanted) == MEASURES
    again = measured(photos, faces, tmp_path)
    np.testing.assert_array_equal(again.values, found.values)


def test_a_face_that_cannot_be_cut_out_is_not_known(
    samples: dict[str, Path], tmp_path: Path
) -> None:
    photo = Path(shutil.copy(samples["biden"], tmp_path / "b.jpg"))
    points = np.full((1, 5, 2), 7, np.float32)
    faces = CentralFaces(
        found=np.array([True]),
        readable=np.array([True]),
        boxes_xyxy_px=np.array([[0, 0, 9, 9]], np.float32),
        scores=np.ones(1, np.float32),
        landmarks_px=points,
    )
    assert measured([photo], faces).known.tolist() == [False]
