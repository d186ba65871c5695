"""Which adaptor serves best."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemetric.embed.adaptors.adaptor import ADAPTORS
from facemetric.types import Float32

FOLDS = 5


def best_adaptor(old: Float32, new: Float32, people: NDArray[Any], *, seed: int = 0) -> str:
    """Return the name of the adaptor that brings held-back people nearest to the new embeddings.

    Five folds, no person in two of them: a map that remembers people must not win by it.

    Parameters
    ----------
    old, new
        As for `Adaptor.fit`.
    people
        ``(N,)``: whose face each is.
    """
    _, numbers = np.unique(people, return_inverse=True)
    rng = np.random.default_rng(seed)
    fold = rng.permutation(numbers.max() + 1)[numbers] % FOLDS
    scores: dict[str, float] = {}
    for name in ADAPTORS:
        cosines = []
        for held in range(FOLDS):
            inside = fold != held
            fitted = ADAPTORS[name]().fit(old[inside], new[inside], seed=seed)
            cosines.append((fitted(old[~inside]) * new[~inside]).sum(axis=1))
        scores[name] = float(np.concatenate(cosines).mean())
    return max(scores, key=lambda name: scores[name])
