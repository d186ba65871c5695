"""Real photographs with one face, and the default detector."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from facemetric.detect import Mtcnn
from facemetric.types import Image


@pytest.fixture(scope="session")
def astronaut() -> Image:
    data = pytest.importorskip("skimage.data")
    pixels = data.astronaut()
    return Image(pixels, (pixels.shape[1], pixels.shape[0]), "astronaut")


@pytest.fixture(scope="session")
def grace_hopper() -> Image:
    cbook = pytest.importorskip("matplotlib.cbook")
    with cbook.get_sample_data("grace_hopper.jpg", asfileobj=True) as file:
        coded = np.frombuffer(file.read(), np.uint8)
    pixels = cv2.cvtColor(cv2.imdecode(coded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    return Image(pixels, (pixels.shape[1], pixels.shape[0]), "grace_hopper")


@pytest.fixture(scope="session")
def mtcnn() -> Mtcnn:
    return Mtcnn(threads=1)
