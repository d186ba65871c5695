"""From one network's embeddings to another's: a map fitted on photographs that both have seen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.registry import Registry
from facemetric.types import AnyArray, Float32, Float64, check_embeddings

LEAST_ROWS = 100


class Adaptor(ABC):
    """Maps unit embeddings of an old network into the space of a new one.

    Both sides are centred on their own means first: embeddings that share a large mean would
    otherwise be matched by it alone.

    Attributes
    ----------
    arrays
        What was learnt, by name: all that `restored` needs. Empty before `fit`.
    """

    def __init__(self) -> None:
        self.arrays: dict[str, AnyArray] = {}

    @property
    def old_dim(self) -> int:
        """Number of dimensions of the old side; 0 before `fit`."""
        return len(self.arrays["old_mean"]) if self.arrays else 0

    @property
    def new_dim(self) -> int:
        """Number of dimensions of the new side; 0 before `fit`."""
        return len(self.arrays["new_mean"]) if self.arrays else 0

    def fit(self, old: Float32, new: Float32, *, seed: int = 0) -> Self:
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
        from threadpoolctl import threadpool_limits

        check_embeddings(old, name="old")
        check_embeddings(new, name="new")
        if len(old) != len(new) or len(old) < LEAST_ROWS:
            raise InputError(
                f"expected at least {LEAST_ROWS} faces with both embeddings, got {len(old)} and "
                f"{len(new)}",
                item="old, new",
            )
        means = {
            "old_mean": old.mean(axis=0, dtype=np.float64),
            "new_mean": new.mean(axis=0, dtype=np.float64),
        }
        # Threads would wait for each other longer than they work.
        with threadpool_limits(1):
            learnt = self._learn(old - means["old_mean"], new - means["new_mean"], seed)
        self.arrays = {**means, **learnt}
        return self

    def restored(self, arrays: Mapping[str, AnyArray]) -> Self:
        """Take what another adaptor of this kind has learnt; InputError where it is something else.

        Parameters
        ----------
        arrays
            As in the attribute.
        """
        self.arrays = {name: np.asarray(values) for name, values in arrays.items()}
        try:
            probe, wanted = self._map(np.zeros((1, self.old_dim))), self.new_dim
        except (KeyError, ValueError) as error:
            raise InputError(f"is no map of this kind: {error}", item="arrays") from error
        if probe.shape != (1, wanted):
            raise InputError(f"maps to {probe.shape}, not {wanted}", item="arrays")
        return self

    def __call__(self, old: Float32) -> Float32:
        """Return ``float32 (N, E)`` unit embeddings for ``float32 (N, D)``."""
        check_embeddings(old, name="old", dim=self.old_dim)
        centred: Float64 = old.astype(np.float64) - self.arrays["old_mean"]
        mapped = self._map(centred) + self.arrays["new_mean"]
        lengths = np.linalg.norm(mapped, axis=1, keepdims=True)
        unit: Float32 = (mapped / np.maximum(lengths, 1e-12)).astype(np.float32)
        return unit

    @abstractmethod
    def _learn(self, old: Float64, new: Float64, seed: int) -> dict[str, AnyArray]: ...

    @abstractmethod
    def _map(self, old: Float64) -> NDArray[Any]: ...


ADAPTORS: Registry[Callable[[], Adaptor]] = Registry("adaptor")
"""Adaptors by name."""
