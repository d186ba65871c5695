"""Same person or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from facemetric.decide.odds import Odds, OddsTable
from facemetric.decide.threshold import Threshold
from facemetric.decide.units import unit_rows
from facemetric.errors import InputError
from facemetric.types import AnyArray

Liveness = Literal["not_checked"]
LIVENESS: Liveness = "not_checked"
"""A match of two pictures is no proof that a person was present."""


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
    odds
        How often strangers are as similar, and the likelihood ratio; ``None`` without calibration.
    liveness
        Always ``"not_checked"``: a photograph of a person matches too.
    """

    similarity: float
    same: bool
    threshold: Threshold
    odds: Odds | None = None
    liveness: Liveness = LIVENESS

    @property
    def distance(self) -> float:
        """Squared L2 distance on the unit sphere, in [0, 4]."""
        return 2.0 - 2.0 * self.similarity


def verify(
    a: AnyArray, b: AnyArray, threshold: Threshold, *, odds: OddsTable | None = None
) -> Verification:
    """Decide whether two embeddings ``(D,)`` of unit norm are of the same person.

    Parameters
    ----------
    a, b
        Embeddings of one bundle.
    threshold
        From ``threshold_for`` or ``manual_threshold``.
    odds
        From ``odds_table``, to say how telling the similarity is.

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
    told = odds.at(similarity) if odds is not None else None
    return Verification(similarity, threshold.accepts(similarity), threshold, told)
