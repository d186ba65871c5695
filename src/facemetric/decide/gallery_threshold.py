"""The threshold that a gallery of a given size needs."""

from __future__ import annotations

import math

from facemetric.bundle import Manifest
from facemetric.decide.threshold import BY_HAND, Threshold, threshold_for
from facemetric.errors import CalibrationError, InputError


def stranger_risk_of(threshold: Threshold, compared: int) -> float | None:
    """Bound the chance that a stranger is named among ``compared`` samples; see Identification.

    ``1 - (1 - f)^n`` with the upper end of the false-accept rate's interval for f.
    """
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
    far = -math.expm1(math.log1p(-stranger_risk) / compared)
    rates = {
        point.far
        for calibration in manifest.calibrations
        if calibration.flip == flip
        for point in calibration.points
        if point.far <= far
    }
    for rate in sorted(rates, reverse=True):
        threshold = threshold_for(manifest, far=rate, flip=flip)
        risk = stranger_risk_of(threshold, compared)
        if risk is not None and risk <= stranger_risk:
            return threshold
    # Where the table ends before the wanted rate, this says what is missing.
    try:
        least = threshold_for(manifest, far=min(rates, default=far), flip=flip)
    except CalibrationError as error:
        raise CalibrationError(
            f"{compared:,} samples at a stranger risk of {stranger_risk:g} need a lower "
            f"false-accept rate than is calibrated: {error.cause}",
            item=error.item,
            fix=f"Accept a higher stranger risk (stranger_risk=, --stranger-risk), or {BY_HAND}",
        ) from error
    raise CalibrationError(
        f"{compared:,} samples give a stranger risk of {stranger_risk_of(least, compared):.2g} at "
        f"the strictest calibrated threshold, and {stranger_risk:g} was asked for",
        item=manifest.id,
        fix=f"Accept a higher stranger risk (stranger_risk=, --stranger-risk), or {BY_HAND}",
    )
