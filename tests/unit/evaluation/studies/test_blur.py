from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from facemetric.evaluation.studies.blur import BlurStudy
from facemetric.types import Chip, Image

from .conftest import SHAPE


@pytest.mark.parametrize("side", [112, 168])
@pytest.mark.parametrize("sigma_px", [0.5, 1, 3])
def test_as_scipy_blurs(chip: tuple[Chip, Image], sigma_px: float, side: int) -> None:
    import cv2

    larger = cv2.resize(chip[0].pixels, (side, side))
    whole = dataclasses.replace(chip[0], pixels=larger)
    change = BlurStudy().change(sigma_px, SHAPE)
    assert change is not None
    ours = change.chip(whole, chip[1]).pixels
    scaled = sigma_px * side / 112
    theirs = gaussian_filter(
        larger.astype(float), (scaled, scaled, 0), mode="mirror", radius=(round(3 * scaled),) * 3
    )
    assert np.abs(ours - theirs).max() < 3
    assert np.abs(ours - theirs).mean() < 0.6


def test_unchanged_at_zero() -> None:
    assert BlurStudy().change(0, SHAPE) is None
