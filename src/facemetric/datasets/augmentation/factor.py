"""The factor of a change of brightness, contrast or saturation."""

from __future__ import annotations

import numpy as np


def random_factor(rng: np.random.Generator, most: float) -> float:
    """Draw uniformly from [1 - most, 1 + most]."""
    return 1 + (2 * rng.random() - 1) * most
