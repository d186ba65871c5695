from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image as PilImage

from facemetric.errors import InputError
from facemetric.evaluation.studies import STUDIES
from facemetric.evaluation.studies.jpeg import JpegStudy
from facemetric.types import Face, Image

from .conftest import SHAPE


@pytest.mark.parametrize("quality", [10, 50, 90])
def test_as_pillow_compresses(pictures: list[tuple[Image, Face]], quality: int) -> None:
    image, _ = pictures[0]
    ours = JpegStudy().change(quality, SHAPE).photo(image).pixels
    file = io.BytesIO()
    PilImage.fromarray(image.pixels).save(file, "JPEG", quality=quality, subsampling="4:2:0")
    theirs = np.asarray(PilImage.open(file))
    gap = np.abs(ours.astype(int) - theirs)
    assert gap.mean() < 0.1  # two decoders round differently
    assert np.abs(ours.astype(int) - image.pixels).mean() > 5 * gap.mean()


def test_size_and_hash_stay(pictures: list[tuple[Image, Face]]) -> None:
    image, face = pictures[0]
    change = JpegStudy().change(10, SHAPE)
    worse = change.photo(image)
    assert worse.pixels.shape == image.pixels.shape
    assert worse.sha256 == image.sha256
    assert change.face(face, image) is face


@pytest.mark.parametrize("level", [0, 101, 50.5, float("nan"), -3])
def test_refused(level: float) -> None:
    with pytest.raises(InputError, match=r"jpeg: expected a whole number in \[1, 100\]"):
        STUDIES["jpeg"].check(level, SHAPE)
