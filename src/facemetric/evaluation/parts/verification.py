"""What verification gives, of whatever pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.intervals import SubjectPairs
from facemetric.evaluation.metrics import ScoreHistogram
from facemetric.evaluation.parts.hard_pairs import HardPair
from facemetric.evaluation.parts.part import Part
from facemetric.types import Float64
from facemetric.wire import PartKind


@dataclass(frozen=True, eq=False, kw_only=True)
class Verification(Part):
    """Verification of pairs.

    Attributes
    ----------
    genuine, impostor
        Histograms of the similarities, in [-1, 1].
    subjects
        Scores with their people, for intervals and comparisons; ``None`` where people are unknown.
    false_accepts, false_rejects
        The most similar pairs of different people, and the least similar ones of one person.
    scores, same, fold, pairs
        ``float64 (P,)``, ``bool (P,)``, ``int64 (P,)`` and rows ``int64 (P, 2)`` of the task's
        photographs: a list of pairs. ``None`` where all pairs were compared; ``fold`` and ``pairs``
        also where there are none.
    """

    kind: PartKind = "verification"
    genuine: ScoreHistogram
    impostor: ScoreHistogram
    subjects: SubjectPairs | None
    false_accepts: tuple[HardPair, ...] = ()
    false_rejects: tuple[HardPair, ...] = ()
    scores: Float64 | None = None
    same: NDArray[np.bool_] | None = None
    fold: NDArray[np.int64] | None = None
    pairs: NDArray[np.int64] | None = None
