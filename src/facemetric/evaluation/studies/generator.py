"""Random numbers that belong to a photograph."""

from __future__ import annotations

import numpy as np

from facemetric.errors import InputError
from facemetric.types import Image


def generator_of(image: Image, seed: int) -> np.random.Generator:
    """Return the same random numbers for the same photograph, whatever the order of the work.

    Raises
    ------
    InputError
        The picture has no hash: it did not come from a file.
    """
    if image.sha256 is None:
        raise InputError(
            "expected a picture with a hash", item=image.source, fix="Load it with load_image"
        )
    return np.random.default_rng([seed, int(image.sha256[:15], 16)])
