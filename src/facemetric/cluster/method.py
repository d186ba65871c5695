"""What every clustering method is, and what those need that are told too little or too much."""

from __future__ import annotations

from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.registry import Registry
from facemetric.types import Float32

Int64: TypeAlias = NDArray[np.int64]


class Method(Protocol):
    """Groups unit embeddings ``float32 (N, D)``, N at least 1; -1 is noise."""

    def __call__(
        self, embeddings: Float32, *, threshold: float | None, n_clusters: int | None, seed: int
    ) -> Int64:
        """Return ``int64 (N,)`` labels in any numbering."""
        ...


NUMBER = "number of people (n_clusters=, --people)"
"""What errors call ``n_clusters``, which the command line names otherwise."""

METHODS: Registry[Method] = Registry("clustering method")
"""Methods by name."""


def only_threshold(method: str, threshold: float | None, n_clusters: int | None) -> float:
    """Return the threshold of a method that takes no number of clusters."""
    if n_clusters is not None:
        raise InputError(
            f"{method!r} finds the number of people itself, got {n_clusters}",
            item=NUMBER,
            fix="Leave it out, or use 'agglomerative' or 'k-means'",
        )
    if threshold is None:
        raise InputError(
            f"{method!r} needs the similarity from which two faces are the same person",
            item="threshold",
            fix="Pass a cosine, such as the bundle's calibrated one (threshold_for)",
        )
    return threshold


def distance_of(similarity: float) -> float:
    """Return the Euclidean distance of unit vectors with that cosine."""
    return float(np.sqrt(max(2.0 - 2.0 * similarity, 0.0)))
