"""Random numbers of one picture in one epoch, whoever draws them and in whatever order."""

from __future__ import annotations

import numpy as np

from facemetric.errors import InputError


def sample_rng(seed: int, epoch: int, row: int, turn: int = 0) -> np.random.Generator:
    """Return the generator for one row of a source in one epoch, the ``turn``-th time it comes.

    Philox counts in its highest words from epoch, row and turn, keyed by the seed, so no two
    pictures ever share a stretch (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
    SC 2011).

    Raises
    ------
    InputError
        A number is negative or has more than 64 bits.
    """
    try:
        counter = np.array([0, turn, row, epoch], np.uint64)
        return np.random.Generator(np.random.Philox(counter=counter, key=np.uint64(seed)))
    except (OverflowError, ValueError) as error:
        raise InputError(
            f"expected numbers from 0 of 64 bits, got {seed}, {epoch}, {row}, {turn}",
            item="seed, epoch, row, turn",
        ) from error
