"""A part's curves and histograms as the report draws them."""

from __future__ import annotations

import numpy as np

from facemetric.evaluation.figure import Curve
from facemetric.evaluation.intervals import dir_interval
from facemetric.evaluation.metrics import (
    ScoreHistogram,
    angles_deg,
    open_set_curve,
    roc,
    streaming_roc,
)
from facemetric.evaluation.metrics.operating import PAIRS_PER_FAR
from facemetric.evaluation.parts import Identification, Verification
from facemetric.evaluation.settings import Settings
from facemetric.report.evaluation import CurveView, HistogramView
from facemetric.types import Float64

_POINTS = 400
_BAND_POINTS, _BAND_DRAWS = 8, 200
_MOST_SEARCHES = 20_000
"""A band over more searches than this would take minutes."""


def roc_view(name: str, part: Verification) -> CurveView:
    """Return the exact curve (of histograms: to within a bin) with the part's band."""
    if part.scores is not None and part.same is not None:
        curve = roc(part.scores, part.same)
    else:
        curve = streaming_roc(part.genuine, part.impostor).curve
    band = next((one for one in part.curves if one.kind == "roc"), None)
    return _dense(name, curve.far, curve.tar, part.impostor.total, band)


def dir_view(name: str, part: Identification, settings: Settings) -> CurveView:
    """Return the exact curve of a search of probes with and without a mate, with a band."""
    curve = open_set_curve(part.searches)
    strangers = int((~part.searches.mated).sum())
    x = np.geomspace(min(PAIRS_PER_FAR / strangers, 0.4), 0.5, _BAND_POINTS)
    draws = settings.draws
    draws["replicates"] = min(draws["replicates"], _BAND_DRAWS)
    low = high = np.full(len(x), np.nan)
    if len(part.searches) <= _MOST_SEARCHES:
        found = [dir_interval(part.searches, part.probe_people, fpir, **draws) for fpir in x]
        low, high = (np.array([getattr(one, end) for one in found]) for end in ("low", "high"))
    band = Curve("dir", x, np.zeros(len(x)), low, high, np.ones(len(x), bool))
    return _dense(name, curve.fpir, curve.dir, strangers, band)


def plain_view(name: str, curve: Curve) -> CurveView:
    """Return a curve as the part has it."""
    return CurveView(name, curve.x, curve.y, curve.low, curve.high, curve.supported)


def scores_view(
    name: str, part: Verification, marks: tuple[tuple[str, float], ...]
) -> HistogramView:
    """Return the histograms of similarities."""
    edges = np.append(part.genuine.edges, part.genuine.edges[-1] + part.genuine.width)
    return HistogramView(
        name,
        edges,
        part.genuine.counts.astype(np.float64),
        part.impostor.counts.astype(np.float64),
        marks,
    )


def angles_view(name: str, part: Verification) -> HistogramView:
    """Return the histograms of angles, in bins of one degree."""
    edges = np.arange(0.0, 181.0)
    if part.scores is not None and part.same is not None:
        angles = angles_deg(part.scores.astype(np.float32))
        counts = [
            np.histogram(angles[kind], edges)[0].astype(np.float64)
            for kind in (part.same, ~part.same)
        ]
    else:
        counts = [_angles(histogram, edges) for histogram in (part.genuine, part.impostor)]
    return HistogramView(name, edges, counts[0], counts[1])


def _angles(histogram: ScoreHistogram, edges: Float64) -> Float64:
    """Return counts by angle from counts by cosine, each bin taken for its middle."""
    middles = angles_deg((histogram.edges + histogram.width / 2).astype(np.float32))
    counts, _ = np.histogram(middles, edges, weights=histogram.counts)
    return counts.astype(np.float64)


def _dense(name: str, rate: Float64, hit: Float64, trials: int, band: Curve | None) -> CurveView:
    """Return the curve at evenly spaced points of a logarithmic axis, the band between its own."""
    x = np.geomspace(1 / trials, 1.0, _POINTS)
    y = hit[np.searchsorted(rate, x * (1 + 1e-9), side="right") - 1]
    low = high = np.full(len(x), np.nan)
    if band is not None:
        known = np.isfinite(band.low) & (band.x > 0)
        if known.sum() >= 2:
            at = np.log(band.x[known])
            low, high = (
                np.interp(np.log(x), at, end[known], left=np.nan, right=np.nan)
                for end in (band.low, band.high)
            )
    supported = x * trials >= PAIRS_PER_FAR * (1 - 1e-9)
    # The rate cannot fall from left to right: a bound on one side of a point is one of the point.
    low = np.fmax.accumulate(np.where(supported, low, np.nan))
    high = np.fmin.accumulate(np.where(supported, high, np.nan)[::-1])[::-1]
    return CurveView(name, x, y, low, high, supported)
