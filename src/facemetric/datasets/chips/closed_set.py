"""Training and test pictures of the same people: closed-set identification.

A random split leaves a test picture's person in the training part as often as chance allows; a
split by order leaves whoever comes last out of it altogether, and then no classifier can name them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.chips.source import ChipSource
from facemetric.errors import InputError


def random_split(
    source: ChipSource, train: int, *, seed: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw ``train`` pictures without regard to who they show.

    Returns
    -------
    tuple of ndarray
        Rows of the training and of the test part, ``int64``, each rising.

    Raises
    ------
    InputError
        A part would be empty.
    """
    _check(source, train)
    order = np.random.default_rng(seed).permutation(len(source)).astype(np.int64)
    return np.sort(order[:train]), np.sort(order[train:])


def by_order_split(source: ChipSource, train: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Take the first ``train`` pictures for training, the rest for the test.

    Returns
    -------
    tuple of ndarray
        Rows of the training and of the test part, ``int64``, each rising.

    Raises
    ------
    InputError
        A part would be empty.
    """
    _check(source, train)
    rows = np.arange(len(source), dtype=np.int64)
    return rows[:train], rows[train:]


def _check(source: ChipSource, train: int) -> None:
    if not 1 <= train < len(source):
        raise InputError(
            f"expected 1 to {len(source) - 1} of {len(source)} pictures, got {train}", item="train"
        )
