"""Which adaptor serves best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemetric.embed.adaptors.adaptor import ADAPTORS, LEAST_ROWS
from facemetric.errors import InputError
from facemetric.types import Float32

HELD_BACK = 5
"""One person of so many is held back."""


def best_adaptor(
    old: Float32,
    new: Float32,
    people: NDArray[Any],
    *,
    names: Sequence[str] | None = None,
    seed: int = 0,
) -> str:
    """Return the name of the adaptor that brings held-back people nearest to the new embeddings.

    A fifth of the people is held back: a map that remembers people must not win by it.

    Parameters
    ----------
    old, new
        As for `Adaptor.fit`.
    people
        ``(N,)``: whose face each is.
    names
        Among which; ``None`` for all.
    seed
        Of the choice of people, and for maps that are learnt by chance.

    Raises
    ------
    InputError
        Fewer than `LEAST_ROWS` faces are left to fit on.
    """
    _, numbers = np.unique(people, return_inverse=True)
    order = np.random.default_rng(seed).permutation(int(numbers.max()) + 1)
    held = order[numbers] % HELD_BACK == 0
    left = int((~held).sum())
    if left < LEAST_ROWS:
        raise InputError(
            f"{left} of {len(held)} faces are left to fit on when one person of {HELD_BACK} is "
            f"held back to choose between maps, {LEAST_ROWS} are needed",
            item="adaptor",
            fix="Name more photographs of more people, or one adaptor",
        )
    scores: dict[str, float] = {}
    for name in ADAPTORS if names is None else names:
        fitted = ADAPTORS[name]().fit(old[~held], new[~held], seed=seed)
        scores[name] = float((fitted(old[held]) * new[held]).sum(axis=1).mean())
    return max(scores, key=lambda name: scores[name])
