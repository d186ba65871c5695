"""Closed-set identification: how often the right person is among the first k."""

from __future__ import annotations

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.metrics.searches import Searches
from facemetric.types import Float64


def cmc(searches: Searches, *, max_rank: int) -> Float64:
    """Return the cumulative match characteristic ``float64 (max_rank,)``.

    Entry ``k - 1`` is the share of the mated probes whose mate has rank ``k`` or better, in [0, 1];
    probes without a mate do not count. Phillips, Moon, Rizvi, Rauss, "The FERET evaluation
    methodology for face-recognition algorithms", 2000.

    Raises
    ------
    InputError
        No probe has a mate, or ``max_rank`` is below 1.
    """
    if max_rank < 1:
        raise InputError(f"expected at least 1, got {max_rank}", item="max_rank")
    ranks = searches.ranks[searches.mated]
    if not len(ranks):
        raise InputError("expected at least one probe with a mate", item="searches")
    counts = np.bincount(np.minimum(ranks, max_rank + 1), minlength=max_rank + 2)
    rates: Float64 = np.cumsum(counts[1:-1]) / len(ranks)
    return rates


def rank_k(searches: Searches, k: int = 1) -> float:
    """Return the identification rate at rank ``k``; raises as `cmc`."""
    return float(cmc(searches, max_rank=k)[-1])
