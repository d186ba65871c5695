"""The detection error trade-off: false non-matches against false matches."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.metrics.roc import roc
from facemetric.types import AnyArray, Float64


@dataclass(frozen=True, eq=False, slots=True)
class Det:
    """Error rates at falling thresholds.

    Attributes
    ----------
    thresholds
        ``float64 (K + 1,)``: infinity, then every different score.
    fmr, fnmr
        ``float64 (K + 1,)``: accepted share of the impostor pairs and rejected share of the genuine
        pairs, in [0, 1].
    """

    thresholds: Float64
    fmr: Float64
    fnmr: Float64


def det(scores: AnyArray, same: AnyArray) -> Det:
    """Return the curve of ``scores (P,)`` for ``same`` (``bool (P,)``).

    Martin, Doddington, Kamm, Ordowski, Przybocki, "The DET curve in assessment of detection task
    performance", 1997.

    Raises
    ------
    InputError
        See `check_scores`.
    """
    curve = roc(scores, same)
    return Det(curve.thresholds, curve.far, 1 - curve.tar)


def normal_deviates(rates: AnyArray) -> Float64:
    """Return the axis of a DET plot: the normal distribution's quantile of each rate in [0, 1].

    0 and 1 become minus and plus infinity.

    Raises
    ------
    InputError
        A rate is out of range.
    """
    values = np.asarray(rates, np.float64)
    if not ((values >= 0) & (values <= 1)).all():
        raise InputError("expected rates in [0, 1]", item="rates")
    deviates = np.where(values > 0.5, np.inf, -np.inf)
    inside = (values > 0) & (values < 1)
    deviates[inside] = [NormalDist().inv_cdf(value) for value in values[inside].tolist()]
    return deviates
