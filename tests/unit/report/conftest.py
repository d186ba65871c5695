"""Values that several tests of the pages need."""

from __future__ import annotations

import numpy as np
import pytest

from facemetric.report import BoxLabel, PhotoCard, ThresholdNote, encode_picture
from facemetric.types import UInt8


@pytest.fixture(scope="session")
def astronaut() -> UInt8:
    data = pytest.importorskip("skimage.data", reason="scikit-image ships the photograph")
    return np.asarray(data.astronaut())


@pytest.fixture
def threshold() -> ThresholdNote:
    return ThresholdNote(0.92, "calibration of a bundle", far=1e-3)


@pytest.fixture
def card(astronaut: UInt8) -> PhotoCard:
    ada = BoxLabel((170, 60, 280, 200), "Ada", similarity=0.95, landmarks_px=((200, 110),))
    stranger = BoxLabel((400, 60, 500, 200), None, similarity=0.81, nearest="Grace")
    return PhotoCard(encode_picture(astronaut), "crew.jpg", (ada, stranger))
