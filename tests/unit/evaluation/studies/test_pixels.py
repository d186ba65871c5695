from __future__ import annotations

import numpy as np
import pytest

from facemetric.errors import InputError
from facemetric.evaluation.studies import NetworkShape
from facemetric.evaluation.studies.pixels import PixelsStudy
from facemetric.types import Chip, Image

from .conftest import SHAPE


@pytest.mark.parametrize("level", [112 * 112, 14400, 65536])
def test_nothing_changes_from_the_chips_own_size(level: float) -> None:
    assert PixelsStudy().change(level, SHAPE) is None
    assert (PixelsStudy().change(level, NetworkShape((260, 260), 8)) is None) == (level > 67600)


def test_as_means_of_blocks_enlarged_by_cubic_weights(chip: tuple[Chip, Image]) -> None:
    change = PixelsStudy().change(28 * 28, SHAPE)
    assert change is not None
    ours = change.chip(*chip).pixels
    small = np.rint(chip[0].pixels.reshape(28, 4, 28, 4, 3).astype(float).mean(axis=(1, 3)))
    weights = np.zeros((112, 28))
    for row in range(112):
        place = (row + 0.5) / 4 - 0.5
        for tap in range(int(np.floor(place)) - 1, int(np.floor(place)) + 3):
            weights[row, min(max(tap, 0), 27)] += _cubic(abs(place - tap))
    large = np.einsum("ia,jb,abc->ijc", weights, weights, small)
    assert np.abs(ours - np.clip(large, 0, 255)).max() < 2


def _cubic(distance: float, a: float = -0.75) -> float:
    """The kernel of Keys, 1981, with OpenCV's parameter."""
    if distance <= 1:
        return (a + 2) * distance**3 - (a + 3) * distance**2 + 1
    return a * distance**3 - 5 * a * distance**2 + 8 * a * distance - 4 * a


def test_refused() -> None:
    for level in (15, float("nan"), float("inf"), -1):
        with pytest.raises(InputError, match="pixels: expected a level in"):
            PixelsStudy().check(level, SHAPE)
    PixelsStudy().check(16.5, SHAPE)
