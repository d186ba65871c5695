"""Thresholds for one face against many: the false-positive identification rate, measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from facemetric.bundle import SearchPoint
from facemetric.errors import InputError
from facemetric.evaluation.calibration.stranger_hits import StrangerHits, find_hits
from facemetric.evaluation.impostors import check_labels
from facemetric.evaluation.intervals import people_draws, upper_bound
from facemetric.evaluation.metrics.operating import supports
from facemetric.types import AnyArray, Float32, Float64, check_embeddings

FPIRS = (1e-1, 5e-2, 2e-2, 1e-2, 5e-3, 2e-3, 1e-3)
GALLERIES = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
"""Sizes that are tried; kept are those of which the data holds three times as many people."""
_DRAWS = 2
_PEOPLE_PER_GALLERY = 3


def measure_searches(
    embeddings: Float32,
    labels: AnyArray,
    *,
    fpirs: Sequence[float] = FPIRS,
    galleries: Sequence[int] = GALLERIES,
    replicates: int = 200,
    seed: int = 0,
) -> tuple[SearchPoint, ...]:
    """Return the lowest thresholds at which searches for strangers keep the wanted rates.

    Every photograph is looked up in galleries of other people, one random photograph each; the
    rate is the mean over all galleries of the size, so that nothing hangs on which were drawn. A
    rate is given where there are at least 10/FPIR photographs to look up, and at least three
    times as many people as the gallery holds. Definition: Grother, Ngan, "Face recognition vendor
    test", NISTIR 8009, 2014 (FPIR).

    Its bounds (95 %) are a bootstrap over people, in which a person drawn twice fills two places
    of a gallery with one face; that lowers all draws, so their percentiles are moved, on the
    logarithm, until the mean of the draws is the estimate.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit norm.
    labels
        ``int (N,)``: the person in each.
    fpirs
        Wanted rates in (0, 1).
    galleries
        Wanted numbers of enrolled people.
    replicates, seed
        Of the bootstrap; the seed also draws the photographs.

    Returns
    -------
    points
        By size, then by falling rate; those that the data does not support are left out.

    Raises
    ------
    InputError
        The shapes disagree, or a rate or size is out of range.
    """
    check_embeddings(embeddings)
    names, person = np.unique(check_labels(labels, len(embeddings)), return_inverse=True)
    if not all(0 < fpir < 1 for fpir in fpirs):
        raise InputError(f"expected rates in (0, 1), got {list(fpirs)}", item="fpirs")
    if not all(size >= 1 for size in galleries):
        raise InputError(f"expected at least 1, got {list(galleries)}", item="galleries")
    sizes = sorted({size for size in galleries if size * _PEOPLE_PER_GALLERY <= len(names)})
    rates = sorted({fpir for fpir in fpirs if supports(len(embeddings), fpir)}, reverse=True)
    if not sizes or not rates:
        return ()
    find = partial(find_hits, embeddings, person.astype(np.int64), draws=_DRAWS, seed=seed)
    draws = people_draws(len(names), replicates=replicates, seed=seed)
    points = []
    # A larger gallery needs a higher threshold: what reaches down for the smallest does for all.
    hits = _reaching(find, rates[0], sizes[0])
    for size in sizes:
        for fpir in rates:
            threshold = lowest_search_threshold(hits, fpir, size)
            if threshold > 1:  # one photograph under two names: nothing turns such searches away
                continue
            low, high = _bounds(hits, threshold, size, draws)
            points.append(
                SearchPoint(
                    fpir=fpir,
                    gallery=size,
                    similarity=threshold,
                    fpir_low=float(f"{low:.4g}"),
                    fpir_high=float(f"{high:.4g}"),
                    searches=len(embeddings),
                )
            )
    return tuple(points)


def lowest_search_threshold(hits: StrangerHits, fpir: float, gallery: int) -> float:
    """Return the lowest threshold at which at most ``fpir`` of the searches hit.

    Rounded upwards to six digits; of the similarities in ``hits``, the highest that may not hit
    lies below it.
    """
    low, high = 0, len(hits.similarities)
    while low < high:
        middle = (low + high + 1) // 2
        kept = hits.share_hit(middle, gallery) <= fpir
        low, high = (middle, high) if kept else (low, middle - 1)
    if low == len(hits.similarities):
        return max(_upwards(hits.floor if np.isfinite(hits.floor) else -1.0), -1.0)
    # Ties with the one that must not hit do not hit either.
    return _upwards(float(np.nextafter(hits.similarities[low], np.inf)))


def _upwards(value: float) -> float:
    return math.ceil(value * 1e6) / 1e6


def _reaching(find: partial[StrangerHits], fpir: float, size: int) -> StrangerHits:
    """Return hits that reach down far enough for the highest rate."""
    share = 2 * fpir / size
    while True:
        hits = find(share=min(share, 1.0))
        if share >= 1:
            return hits
        if hits.share_hit(len(hits.similarities), size) > fpir:
            return hits
        share *= 2


def _bounds(hits: StrangerHits, threshold: float, size: int, draws: Float64) -> tuple[float, float]:
    estimate = float(hits.shares_hit(threshold, size, np.ones((1, hits.people)))[0])
    rates = hits.shares_hit(threshold, size, draws)
    if estimate == 0 or not rates.any():
        # A person's searches depend on each other: each person counts once.
        return 0.0, upper_bound(0, hits.people, confidence=0.975)
    seen = np.maximum(rates, rates[rates > 0].min() / 2)
    moved = np.log(seen) - np.log(seen).mean() + np.log(estimate)
    low, high = np.exp(np.percentile(moved, [2.5, 97.5]))
    return float(low), min(float(high), 1.0)
