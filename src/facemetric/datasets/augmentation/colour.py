"""Other light: brightness, contrast and saturation together."""

from __future__ import annotations

import numpy as np

from facemetric.datasets.augmentation.brightness import random_brightness
from facemetric.datasets.augmentation.contrast import random_contrast
from facemetric.datasets.augmentation.saturation import random_saturation
from facemetric.types import UInt8


def random_colour(
    pixels: UInt8,
    rng: np.random.Generator,
    *,
    brightness: float,
    contrast: float,
    saturation: float,
) -> UInt8:
    """Change one after the other, each by up to its share; 0 leaves it as it is."""
    if brightness:
        pixels = random_brightness(pixels, rng, most=brightness)
    if contrast:
        pixels = random_contrast(pixels, rng, most=contrast)
    if saturation:
        pixels = random_saturation(pixels, rng, most=saturation)
    return pixels
