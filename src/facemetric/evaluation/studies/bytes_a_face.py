"""Bytes: fewer bits for each number of an embedding."""

from __future__ import annotations

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.studies.study import NetworkShape, VectorStudy, unit_norm
from facemetric.types import Float32


class BytesStudy(VectorStudy):
    """Uniform codes of 1 to 8 bits a dimension, with a range for each dimension.

    FaceNet, section 4.3: 128 bytes a face (8 bits a dimension) "without loss of accuracy". The
    range is the smallest and the largest value among the embeddings that are measured; with one
    bit it is the sign of the deviation from the median, decoded to the means of the two halves.
    """

    name = "bytes"
    title = "Bits a dimension"
    axis = "bits a dimension (8: one byte)"
    levels = (1, 2, 3, 4, 6, 8, 32)
    log_axis = True
    paper_note = "FaceNet says that one byte a dimension loses nothing; it gives no table"

    def check(self, level: float, shape: NetworkShape) -> None:
        """InputError where it is not 1 to 8, or 32."""
        if level not in (*range(1, 9), 32):
            raise InputError(f"expected 1 to 8 bits, or 32, got {level:g}", item=self.name)

    def vectors(self, vectors: Float32, level: float) -> Float32:
        """Return the vectors as their codes give them back."""
        if level == 32:
            return vectors
        if level == 1:
            return unit_norm(_two_levels(vectors))
        low, high = vectors.min(axis=0), vectors.max(axis=0)
        step = np.maximum((high - low) / (2**level - 1), 1e-12)
        return unit_norm((np.rint((vectors - low) / step) * step + low).astype(np.float32))


def _two_levels(vectors: Float32) -> Float32:
    upper = vectors >= np.median(vectors, axis=0)
    counts = upper.sum(axis=0)
    high = (vectors * upper).sum(axis=0) / np.maximum(counts, 1)
    low = (vectors * ~upper).sum(axis=0) / np.maximum(len(vectors) - counts, 1)
    decoded: Float32 = np.where(upper, high, low).astype(np.float32)
    return decoded
