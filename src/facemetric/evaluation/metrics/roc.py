"""The receiver operating characteristic, exact, with ties in one step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facemetric.evaluation.metrics.scores import check_scores
from facemetric.types import AnyArray, Float64


@dataclass(frozen=True, eq=False, slots=True)
class Roc:
    """True and false accept rates at falling thresholds.

    Attributes
    ----------
    thresholds
        ``float64 (K + 1,)``: infinity, then every different score.
    far, tar
        ``float64 (K + 1,)``: accepted share of the impostor and of the genuine pairs, in [0, 1].
    """

    thresholds: Float64
    far: Float64
    tar: Float64

    @property
    def area(self) -> float:
        """Area under the curve, in [0, 1]."""
        return float(np.sum(np.diff(self.far) * (self.tar[1:] + self.tar[:-1])) / 2)

    @property
    def equal_error_rate(self) -> float:
        """Error rate where false accepts and false rejects are equally frequent (interpolated)."""
        gap = self.far - (1 - self.tar)
        after = int(np.searchsorted(gap, 0.0))
        if gap[after] == 0:
            return float(self.far[after])
        share = -gap[after - 1] / (gap[after] - gap[after - 1])
        return float(self.far[after - 1] + share * (self.far[after] - self.far[after - 1]))


def roc(scores: AnyArray, same: AnyArray) -> Roc:
    """Return the curve of ``scores (P,)`` for ``same`` (``bool (P,)``).

    Raises
    ------
    InputError
        See `check_scores`.
    """
    values, labels = check_scores(scores, same)
    order = np.argsort(-values, kind="stable")
    values, labels = values[order], labels[order]
    last_of_tie = np.append(np.flatnonzero(np.diff(values)), len(values) - 1)
    genuine = np.cumsum(labels)[last_of_tie]
    accepted = last_of_tie + 1
    return Roc(
        thresholds=np.append(np.inf, values[last_of_tie]),
        far=np.append(0.0, (accepted - genuine) / (len(labels) - labels.sum())),
        tar=np.append(0.0, genuine / labels.sum()),
    )
