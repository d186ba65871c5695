"""From one network's embeddings to another's: a map fitted on photographs that both have seen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.registry import Registry
from facemetric.types import Float32, Float64, check_embeddings

LEAST_ROWS = 100


class Adaptor(ABC):
    """Maps unit embeddings of an old network into the space of a new one.

    Both sides are centred on their own means first: embeddings that share a large mean would
    otherwise be matched by it alone.

    Attributes
    ----------
    old_dim, new_dim
        Number of dimensions of either side; 0 before `fit`.
    """

    old_dim: int = 0
    new_dim: int = 0

    def fit(self, old: Float32, new: Float32, *, seed: int = 0) -> Adaptor:
        """Learn the map from embeddings of the same faces.

        Parameters
        ----------
        old, new
            ``float32 (N, D)`` and ``float32 (N, E)``, unit rows, N at least 100.
        seed
            For maps that are learnt by chance.

        Raises
        ------
        InputError
            The two are not embeddings of equally many faces, or of too few.
        """
        check_embeddings(old, name="old")
        check_embeddings(new, name="new")
        if len(old) != len(new) or len(old) < LEAST_ROWS:
            raise InputError(
                f"expected at least {LEAST_ROWS} faces with both embeddings, got {len(old)} and "
                f"{len(new)}",
                item="old, new",
            )
        self.old_dim, self.new_dim = old.shape[1], new.shape[1]
        self._old_mean: Float64 = old.mean(axis=0, dtype=np.float64)
        self._new_mean: Float64 = new.mean(axis=0, dtype=np.float64)
        self._learn(old - self._old_mean, new - self._new_mean, seed)
        return self

    def __call__(self, old: Float32) -> Float32:
        """Return ``float32 (N, E)`` unit embeddings for ``float32 (N, D)``."""
        check_embeddings(old, name="old", dim=self.old_dim)
        mapped = self._map(old - self._old_mean) + self._new_mean
        lengths = np.linalg.norm(mapped, axis=1, keepdims=True)
        unit: Float32 = (mapped / np.maximum(lengths, 1e-12)).astype(np.float32)
        return unit

    @abstractmethod
    def _learn(self, old: Float64, new: Float64, seed: int) -> None: ...

    @abstractmethod
    def _map(self, old: Float64) -> NDArray[Any]: ...


ADAPTORS: Registry[Callable[[], Adaptor]] = Registry("adaptor")
"""Adaptors by name."""
