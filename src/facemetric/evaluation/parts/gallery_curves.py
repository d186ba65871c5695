"""Curves of searches, thin enough to be drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facemetric.evaluation.figure import Curve
from facemetric.evaluation.metrics import Searches, cmc, open_set_curve

_MOST_RANKS = 50
_POINTS = 200
_HITS = 10
"""False positives from which on a rate counts as supported, as in `supports`."""


def cmc_curve(searches: Sequence[Searches], *, enrolled: int) -> Curve:
    """Return the identification rate by rank, the mean over galleries of ``enrolled`` or more."""
    ranks = min(_MOST_RANKS, enrolled)
    rates = np.mean([cmc(one, max_rank=ranks) for one in searches], axis=0)
    blank = np.full(ranks, np.nan)
    return Curve("cmc", np.arange(1.0, ranks + 1), rates, blank, blank, np.ones(ranks, bool))


def dir_curve(searches: Searches) -> Curve:
    """Return DIR against FPIR; some probes have a mate and some have none."""
    curve = open_set_curve(searches)
    kept = np.unique(np.linspace(0, len(curve.fpir) - 1, _POINTS).astype(int))
    fpir, blank = curve.fpir[kept], np.full(len(kept), np.nan)
    supported = fpir * int((~searches.mated).sum()) >= _HITS
    return Curve("dir", fpir, curve.dir[kept], blank, blank, supported)
