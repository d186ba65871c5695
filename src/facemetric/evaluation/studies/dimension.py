"""Dimension: fewer numbers a face, from a network that was trained with more."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.studies.study import NetworkShape, VectorStudy, unit_norm
from facemetric.types import Float32


class DimensionStudy(VectorStudy):
    """Principal components, uncentred, of the embeddings that are measured (no labels are used).

    FaceNet trained a network for every dimension; here one network's vectors are projected, so
    that its larger dimensions have no counterpart. The mean is kept: a cosine is about the origin.
    """

    name = "dimension"
    title = "Embedding dimension (principal components)"
    axis = "dimensions"
    levels = (8, 16, 32, 64, 128, 256, 512)
    log_axis = True
    paper: ClassVar = {64: 86.8, 128: 87.9, 256: 87.7, 512: 85.6}
    paper_note = "FaceNet, table 5: VAL at FAR 1e-3 of NN1 trained for each dimension"

    def levels_for(self, shape: NetworkShape) -> tuple[float, ...]:
        """Return the usual dimensions that the network has."""
        return tuple(level for level in self.levels if level <= shape.dimension)

    def check(self, level: float, shape: NetworkShape) -> None:
        """InputError where it is no whole number from 2 to the network's own dimension."""
        if not (2 <= level <= shape.dimension and level == int(level)):
            raise InputError(
                f"expected a whole number from 2 to the bundle's {shape.dimension} dimensions, "
                f"got {level:g}",
                item=self.name,
            )

    def vectors(self, vectors: Float32, level: float) -> Float32:
        """Return the projection on the strongest components."""
        if level == vectors.shape[1]:  # a rotation changes no cosine
            return vectors
        moments = vectors.astype(np.float64).T @ vectors
        _, axes = np.linalg.eigh(moments)
        strongest = axes[:, ::-1][:, : int(level)]
        return unit_norm((vectors @ strongest).astype(np.float32))


class TruncationStudy(DimensionStudy):
    """The first numbers of each vector, as they are."""

    name = "truncation"
    title = "Embedding dimension (truncated)"

    def vectors(self, vectors: Float32, level: float) -> Float32:
        """Return the first components."""
        if level == vectors.shape[1]:
            return vectors
        return unit_norm(vectors[:, : int(level)].copy())
