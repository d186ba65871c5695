"""The error rate where false accepts and false rejects balance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facemetric.evaluation.metrics.roc import roc
from facemetric.types import AnyArray


@dataclass(frozen=True, slots=True)
class EqualError:
    """The equal error rate and where it is met.

    Attributes
    ----------
    rate
        In [0, 1]; interpolated along the curve where no threshold meets it.
    threshold
        The score at which the two rates are nearest to each other (the higher of two).
    far, frr
        The rates at that threshold.
    """

    rate: float
    threshold: float
    far: float
    frr: float


def equal_error_rate(scores: AnyArray, same: AnyArray) -> EqualError:
    """Return the equal error rate of ``scores (P,)`` for ``same`` (``bool (P,)``).

    Ties are one step of the curve, and the rate is where the straight line across the step meets
    FAR = FRR (ISO/IEC 19795-1:2021 names the figure EER).

    Raises
    ------
    InputError
        See `check_scores`.
    """
    curve = roc(scores, same)
    # Infinity, the first threshold, is no answer.
    nearest = 1 + int(np.argmin(np.abs(curve.far - (1 - curve.tar))[1:]))
    return EqualError(
        rate=curve.equal_error_rate,
        threshold=float(curve.thresholds[nearest]),
        far=float(curve.far[nearest]),
        frr=float(1 - curve.tar[nearest]),
    )
