"""People drawn with replacement."""

from __future__ import annotations

import numpy as np

from facemetric.errors import InputError
from facemetric.types import Float64


def people_draws(people: int, *, replicates: int, seed: int) -> Float64:
    """Return how often each person is drawn: ``float64 (replicates, people)``, rows sum to people.

    Efron, "Bootstrap methods: another look at the jackknife", 1979, with people for observations:
    their images and pairs come along, as they depend on each other.

    Raises
    ------
    InputError
        There are fewer than two people or no replicates.
    """
    if people < 2:
        raise InputError(f"expected at least two people, got {people}", item="people")
    if replicates < 1:
        raise InputError(f"expected at least 1, got {replicates}", item="replicates")
    random = np.random.default_rng(seed)
    counts = random.multinomial(people, np.full(people, 1 / people), size=replicates)
    return counts.astype(np.float64)
