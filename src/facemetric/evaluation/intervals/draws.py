"""People drawn with replacement."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from facemetric.errors import InputError
from facemetric.types import Float64


def people_draws(people: int, *, replicates: int, seed: int) -> Float64:
    """Return how often each person is drawn: ``float64 (replicates, people)``, rows sum to people.

    Efron, "Bootstrap methods: another look at the jackknife", 1979, with people for observations:
    their images and pairs come along, as they depend on each other. The array is read-only:
    the same arguments give the same one.

    Raises
    ------
    InputError
        There are fewer than two people or no replicates.
    """
    if people < 2:
        raise InputError(f"expected at least two people, got {people}", item="people")
    if replicates < 1:
        raise InputError(f"expected at least 1, got {replicates}", item="replicates")
    return _draws(people, replicates, seed)


# Several figures of one protocol ask for the same draws, which take longer than the figures.
@lru_cache(maxsize=2)
def _draws(people: int, replicates: int, seed: int) -> Float64:
    random = np.random.default_rng(seed)
    counts = random.multinomial(people, np.full(people, 1 / people), size=replicates)
    draws = counts.astype(np.float64)
    draws.flags.writeable = False
    return draws
