"""Thresholds, and where they come from."""

from __future__ import annotations

import math
from dataclasses import dataclass

from facemetric.bundle import Calibration, Manifest, OperatingPoint
from facemetric.decide.support import PASSED_IMPOSTORS, measured_points
from facemetric.errors import CalibrationError, InputError

BY_HAND = "pass a threshold of your own (threshold=, --threshold)"
"""What helps where no calibration does."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """The similarity from which two faces count as the same person.

    Attributes
    ----------
    similarity
        Cosine, in [-1, 1]: at least this much is the same person.
    far
        False-accept rate measured at it: the share of pairs of strangers that reach it. ``None``
        where the threshold was given by hand. Of one that was measured by searches, it is the
        rate that `OddsTable` gives.
    far_high
        Upper end of the rate's 95 % interval; ``None`` like ``far``.
    source
        Where the threshold comes from, as a phrase for people.
    flip
        Whether it holds for embeddings averaged over the mirrored chip; ``None`` like ``far``.
    supported
        Whether a calibration stands behind it.
    gallery
        Size of the galleries that it was measured in by searches for strangers; ``None`` where it
        was measured on pairs.
    fpir_high
        Upper end of the 95 % interval of the share of searches for strangers that name somebody
        in such a gallery; ``None`` like ``gallery``.
    """

    similarity: float
    far: float | None
    source: str
    far_high: float | None = None
    flip: bool | None = None
    supported: bool = True
    gallery: int | None = None
    fpir_high: float | None = None

    @property
    def distance(self) -> float:
        """The same as a squared L2 distance, in [0, 4]: at most this much is the same person."""
        return 2.0 - 2.0 * self.similarity

    def accepts(self, similarity: float) -> bool:
        """Tell whether a similarity counts as the same person."""
        return similarity >= self.similarity


def manual_threshold(similarity: float) -> Threshold:
    """Make a threshold from a number, with no rate behind it.

    Raises
    ------
    InputError
        It is not a cosine.
    """
    if not -1 <= similarity <= 1:
        raise InputError(
            f"expected a cosine in [-1, 1], got {similarity}",
            item="threshold",
            fix="For a squared distance d in [0, 4], pass 1 - d / 2",
        )
    return Threshold(float(similarity), None, "given by hand, no calibration", supported=False)


def threshold_for(manifest: Manifest, *, far: float, flip: bool) -> Threshold:
    """Choose the lowest calibrated threshold whose false-accept rate is at most ``far``.

    A rate counts as measured where about ten or more pairs of strangers passed
    (``impostor_pairs >= 10 / far``). Of several calibrations, the one with the most pairs at its
    chosen point is taken.

    Parameters
    ----------
    manifest
        The bundle's manifest, with its calibrations.
    far
        The largest acceptable share of accepted pairs of strangers, in (0, 1].
    flip
        Whether the embeddings are averaged over the mirrored chip.

    Raises
    ------
    CalibrationError
        The bundle has no calibration for such embeddings, or none that reaches ``far``.
    InputError
        ``far`` is not in (0, 1].
    """
    if not 0 < far <= 1:
        raise InputError(f"expected a rate in (0, 1], got {far}", item="far")
    if not manifest.calibrations:
        raise CalibrationError(
            "the bundle has no calibration, so no threshold has a known false-accept rate",
            item=manifest.id,
            fix=f"Use a bundle that is calibrated, or {BY_HAND}",
        )
    kin = [one for one in manifest.calibrations if one.flip == flip]
    if not kin:
        raise CalibrationError(
            f"the bundle is calibrated only {flip_phrase(not flip)}, and the embeddings were made "
            f"{flip_phrase(flip)}",
            item=manifest.id,
            fix=f"Embed {flip_phrase(not flip)} (flip={not flip}, "
            f"{'--no-flip' if flip else '--flip'}), or {BY_HAND}",
        )
    chosen = [
        (point, calibration)
        for calibration in kin
        if (point := _highest_rate(calibration, far)) is not None
    ]
    if not chosen:
        raise _unsupported(manifest.id, kin, far)
    point, calibration = max(chosen, key=lambda pair: pair[0].impostor_pairs)
    source = (
        f"FAR {point.far:g} on {calibration.data} ({point.impostor_pairs:,} impostor pairs, "
        f"{calibration.people:,} people, {flip_phrase(flip)})"
    )
    return Threshold(point.similarity, point.far, source, point.far_high, flip)


def _highest_rate(calibration: Calibration, far: float) -> OperatingPoint | None:
    """Return the point of the highest measured rate up to ``far``; rates fall along the table."""
    # 0.001 as a decimal and as 1 / 1000 may differ in the last bit.
    limit = far * (1 + 1e-9)
    return next((point for point in measured_points(calibration) if point.far <= limit), None)


def _unsupported(bundle: str, calibrations: list[Calibration], far: float) -> CalibrationError:
    rates = sorted(
        {point.far for one in calibrations for point in measured_points(one)}, reverse=True
    )
    pairs = max((point.impostor_pairs for one in calibrations for point in one.points), default=0)
    needed = math.ceil(PASSED_IMPOSTORS / far - 1e-6)
    have = f"supports {', '.join(f'{rate:g}' for rate in rates)}" if rates else "supports no rate"
    return CalibrationError(
        f"far={far:g} needs {needed:,} impostor pairs (10/FAR) and a point in the table; the "
        f"calibration has {pairs:,} pairs and {have}",
        item=bundle,
        fix=f"Ask for one of those rates, or {BY_HAND}" if rates else BY_HAND.capitalize(),
    )


def flip_phrase(flip: bool) -> str:
    """Say how the embeddings were made."""
    return "with flip averaging" if flip else "without flip averaging"
