"""Same person or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from facemetric.decide.threshold import Threshold
from facemetric.errors import InputError
from facemetric.types import AnyArray, Float64, check_embeddings

Liveness = Literal["not_checked"]
LIVENESS: Liveness = "not_checked"
"""A match of two pictures is no proof that a person was present."""

# float32 and one-byte codes stay well inside; raw network outputs do not.
_UNIT_TOLERANCE = 1e-2


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether two faces are the same person.

    Attributes
    ----------
    similarity
        Cosine, in [-1, 1].
    same
        Whether the similarity reaches the threshold.
    threshold
        The threshold and where it comes from.
    liveness
        Always ``"not_checked"``: a photograph of a person matches too.
    """

    similarity: float
    same: bool
    threshold: Threshold
    liveness: Liveness = LIVENESS

    @property
    def distance(self) -> float:
        """Squared L2 distance on the unit sphere, in [0, 4]."""
        return 2.0 - 2.0 * self.similarity


def verify(a: AnyArray, b: AnyArray, threshold: Threshold) -> Verification:
    """Decide whether two embeddings ``(D,)`` of unit norm are of the same person.

    Raises
    ------
    InputError
        They are not two finite unit vectors of one length.
    """
    first = unit_rows(np.atleast_2d(a), name="a")
    second = unit_rows(np.atleast_2d(b), name="b", dim=first.shape[1])
    if len(first) != 1 or len(second) != 1:
        raise InputError(f"expected (D,) and (D,), got {np.shape(a)} and {np.shape(b)}")
    similarity = float(np.clip(first[0] @ second[0], -1.0, 1.0))
    return Verification(similarity, threshold.accepts(similarity), threshold)


def unit_rows(values: AnyArray, *, name: str, dim: int | None = None) -> Float64:
    """Check that rows are unit vectors and take out what rounding left of their norms."""
    check_embeddings(values, name=name, dim=dim)
    values = values.astype(np.float64)
    norms = np.linalg.norm(values, axis=1)
    wrong = np.flatnonzero(np.abs(norms - 1) > _UNIT_TOLERANCE)
    if wrong.size:
        row = int(wrong[0])
        raise InputError(
            f"expected unit vectors, got norm {norms[row]:.3g} in row {row}",
            item=name,
            fix="Embedder.embed gives unit vectors; divide others by their norm",
        )
    result: Float64 = values / norms[:, None]
    return result
