"""A rotation between two spaces."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemetric.embed.adaptors.adaptor import ADAPTORS, Adaptor
from facemetric.types import AnyArray, Float64


@ADAPTORS.register("procrustes")
class Procrustes(Adaptor):
    """A rotation (of part of the space, where the dimensions differ) and one scale.

    Nothing else keeps all similarities among the old embeddings as they were. Schönemann, "A
    generalized solution of the orthogonal Procrustes problem" (Psychometrika 31, 1966).
    """

    def _learn(self, old: Float64, new: Float64, seed: int) -> dict[str, AnyArray]:
        left, values, right = np.linalg.svd(old.T @ new, full_matrices=False)
        scale = values.sum() / max(float((old**2).sum()), 1e-12)
        return {"turn": left @ right, "scale": np.array(scale)}

    def _map(self, old: Float64) -> NDArray[Any]:
        mapped: NDArray[Any] = self.arrays["scale"] * (old @ self.arrays["turn"])
        return mapped
