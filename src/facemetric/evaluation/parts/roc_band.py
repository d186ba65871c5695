"""A receiver operating characteristic with its band, thin enough to be drawn."""

from __future__ import annotations

import numpy as np

from facemetric.evaluation.figure import Curve
from facemetric.evaluation.intervals import SubjectPairs, tar_intervals
from facemetric.evaluation.metrics import Roc, supports
from facemetric.evaluation.settings import Settings

_BAND_POINTS = 25


def roc_with_band(
    curve: Roc,
    impostors: int,
    subjects: SubjectPairs | None,
    settings: Settings,
    *,
    top: float = 0.5,
) -> Curve:
    """Return a thinned ROC; without ``subjects`` it has no band.

    Parameters
    ----------
    curve
        Of all scores.
    impostors
        How many pairs of different people there are.
    subjects
        To draw people from.
    settings
        Draws.
    top
        The highest false-accept rate that ``subjects`` reach.
    """
    # Evenly spaced on the logarithmic axis that such curves are drawn on.
    fars = np.geomspace(max(1 / impostors, 1e-9), min(top, 0.5), _BAND_POINTS)
    places = np.searchsorted(curve.far, fars * (1 + 1e-12), side="right") - 1
    low = high = np.full(len(fars), np.nan)
    if subjects is not None:
        band = tar_intervals(
            subjects,
            fars.tolist(),
            replicates=min(settings.replicates, 200),
            confidence=settings.confidence,
            seed=settings.seed,
        )
        low, high = (np.array([getattr(one, end) for one in band]) for end in ("low", "high"))
    supported = np.array([supports(impostors, far) for far in fars])
    return Curve("roc", fars, curve.tar[places], low, high, supported)
