"""The threshold that a gallery of a given size needs."""

from __future__ import annotations

import math
from dataclasses import replace

from facemetric.bundle import Calibration, Manifest, SearchPoint
from facemetric.decide.odds import OddsTable
from facemetric.decide.support import measured_points, measured_searches
from facemetric.decide.threshold import BY_HAND, Threshold, flip_phrase, threshold_for
from facemetric.errors import CalibrationError, InputError


def stranger_risk_of(threshold: Threshold, compared: int) -> float | None:
    """Bound the chance that a stranger is named among ``compared`` samples; see Identification.

    Where the threshold was measured in galleries of at least so many people, the upper end of
    that rate's interval; where there are more samples, once for each such gallery that they
    would fill (the union bound, which takes nothing as independent). Else ``1 - (1 - f)^n`` with
    the upper end of the false-accept rate's interval for f, which takes the comparisons as
    independent.
    """
    if threshold.gallery is not None and threshold.fpir_high is not None:
        return min(math.ceil(compared / threshold.gallery) * threshold.fpir_high, 1.0)
    rate = threshold.far if threshold.far_high is None else threshold.far_high
    if rate is None:
        return None
    if rate >= 1:
        return 1.0 if compared else 0.0
    # For small rates, 1 - (1 - f)^n loses its digits.
    return -math.expm1(compared * math.log1p(-rate))


def threshold_for_gallery(
    manifest: Manifest, *, compared: int, stranger_risk: float, flip: bool
) -> Threshold:
    """Choose the lowest calibrated threshold that keeps the stranger risk.

    Either one that was measured by searches in galleries of at least as many people, or one whose
    false-accept rate keeps the risk in so many independent comparisons; ``source`` says which.

    Parameters
    ----------
    manifest
        The bundle's manifest, with its calibrations.
    compared
        How many enrolled samples a face is compared with; none counts as one.
    stranger_risk
        Largest acceptable chance, in (0, 1), that somebody who is not enrolled is given a name.
    flip
        Whether the embeddings are averaged over the mirrored chip.

    Raises
    ------
    CalibrationError
        No calibrated threshold keeps the risk, or the bundle has no calibration for ``flip``.
    InputError
        ``stranger_risk`` is not in (0, 1).
    """
    if not 0 < stranger_risk < 1:
        raise InputError(f"expected a chance in (0, 1), got {stranger_risk}", item="stranger_risk")
    compared = max(compared, 1)
    searched = _by_searches(manifest, compared=compared, risk=stranger_risk, flip=flip)
    try:
        bounded = _by_bound(manifest, compared=compared, risk=stranger_risk, flip=flip)
    except CalibrationError:
        if searched is None:
            raise
        return searched
    if searched is None or bounded.similarity <= searched.similarity:
        return bounded
    return searched


def _by_searches(manifest: Manifest, *, compared: int, risk: float, flip: bool) -> Threshold | None:
    """Return the lowest threshold whose measured rate in large enough galleries keeps the risk."""
    fitting = [
        (point, one)
        for one in manifest.calibrations
        if one.flip == flip and measured_points(one)
        for point in measured_searches(one)
        if point.gallery >= compared and max(point.fpir, point.fpir_high) <= risk
    ]
    if not fitting:
        return None
    return _threshold(*min(fitting, key=lambda pair: pair[0].similarity))


def _threshold(point: SearchPoint, calibration: Calibration) -> Threshold:
    odds = OddsTable(calibration).at(point.similarity)
    source = (
        f"FPIR {point.fpir:g} measured in galleries of {point.gallery:,} people on "
        f"{calibration.data} ({point.searches:,} photographs of strangers looked up, "
        f"{calibration.people:,} people, {flip_phrase(calibration.flip)})"
    )
    return Threshold(
        point.similarity,
        odds.stranger_rate,
        source,
        odds.stranger_rate_high,
        calibration.flip,
        gallery=point.gallery,
        fpir_high=max(point.fpir, point.fpir_high),
    )


def _by_bound(manifest: Manifest, *, compared: int, risk: float, flip: bool) -> Threshold:
    """Return the lowest threshold that keeps the risk if the comparisons are independent."""
    far = -math.expm1(math.log1p(-risk) / compared)
    rates = {
        point.far
        for calibration in manifest.calibrations
        if calibration.flip == flip
        for point in calibration.points
        if point.far <= far
    }
    for rate in sorted(rates, reverse=True):
        threshold = threshold_for(manifest, far=rate, flip=flip)
        bound = stranger_risk_of(threshold, compared)
        if bound is not None and bound <= risk:
            return _extrapolated(threshold, compared)
    raise _beyond(manifest, compared=compared, risk=risk, flip=flip, far=min(rates, default=far))


def _beyond(
    manifest: Manifest, *, compared: int, risk: float, flip: bool, far: float
) -> CalibrationError:
    """Say what is missing for a risk, and the lowest one that can be had."""
    try:
        least = threshold_for(manifest, far=far, flip=flip)
    except CalibrationError as error:
        cause, item = error.cause, error.item
        cause = (
            f"{compared:,} samples at a stranger risk of {risk:g} need a lower false-accept rate "
            f"than is calibrated: {cause}"
        )
    else:
        cause, item = (
            f"{compared:,} samples give a stranger risk of {stranger_risk_of(least, compared):.2g} "
            f"at the strictest calibrated threshold, and {risk:g} was asked for",
            manifest.id,
        )
    safest = safest_threshold(manifest, compared=compared, flip=flip)
    least_risk = None if safest is None else stranger_risk_of(safest, compared)
    enough = f", {_rounded_up(least_risk):g} or more" if least_risk and least_risk < 0.99 else ""
    return CalibrationError(
        cause,
        item=item,
        fix=f"Accept a higher stranger risk{enough} (stranger_risk=, --stranger-risk), "
        f"or {BY_HAND}",
    )


def safest_threshold(manifest: Manifest, *, compared: int, flip: bool) -> Threshold | None:
    """Return the calibrated threshold of the lowest stranger risk, however high that is.

    For a list that has outgrown its risk, with ``stranger_risk_of`` saying what holds instead.
    ``None`` where nothing is calibrated for ``flip``.

    Parameters
    ----------
    manifest, compared, flip
        As for ``threshold_for_gallery``.
    """
    compared = max(compared, 1)
    known = [one for one in manifest.calibrations if one.flip == flip and measured_points(one)]
    found = [
        _extrapolated(threshold_for(manifest, far=point.far, flip=flip), compared)
        for one in known
        for point in measured_points(one)[-1:]
    ]
    found += [
        _threshold(point, one)
        for one in known
        for point in measured_searches(one)
        if point.gallery >= compared
    ]

    def risk(threshold: Threshold) -> float:
        bound = stranger_risk_of(threshold, compared)
        return 1.0 if bound is None else bound

    return min(found, key=lambda one: (risk(one), one.similarity), default=None)


def _extrapolated(threshold: Threshold, compared: int) -> Threshold:
    """Say in the source that the rate was not measured in galleries of this size."""
    if compared == 1:
        return threshold
    return replace(
        threshold,
        source=f"{threshold.source}, extrapolated to {compared:,} samples as if their "
        "comparisons were independent",
    )


def _rounded_up(risk: float) -> float:
    """Round to two digits, never down."""
    step = 10.0 ** (math.floor(math.log10(risk)) - 1)
    return float(f"{math.ceil(risk / step) * step:.2g}")
