"""Answer of ``calibrate``."""

from __future__ import annotations

from typing import Literal

from facemetric.wire.faces import Wire, schema


class CalibratedPointOut(Wire):
    """A threshold for one comparison; ``far_low`` and ``far_high`` bound its rate (95 %)."""

    far: float
    similarity: float
    far_low: float
    far_high: float
    tar: float | None
    impostor_pairs: int
    genuine_pairs: int


class CalibratedSearchOut(Wire):
    """A threshold for galleries of ``gallery`` people, measured by ``searches`` for strangers."""

    fpir: float
    gallery: int
    similarity: float
    fpir_low: float
    fpir_high: float
    searches: int


class BeyondOut(Wire):
    """What the table gives for a gallery larger than was measured, at a stranger risk.

    As if the comparisons were independent: ``1 - (1 - FAR)^n``. ``similarity`` is null where no
    measured rate supports it; ``why`` says so.
    """

    gallery: int
    stranger_risk: float
    similarity: float | None
    why: str


class LikelihoodOut(Wire):
    """The likelihood ratios: how they were fitted, what they cost in bits, how far they reach."""

    method: str
    cllr: float
    min_cllr: float
    least_log10_lr: float
    most_log10_lr: float
    rows: int


class CheckedPointOut(Wire):
    """A threshold's rate on people to whom it was not fitted, with its interval over them.

    ``supported`` tells whether there are ten impostor pairs for each that the rate lets pass.
    """

    far: float
    similarity: float
    realised_far: float
    realised_low: float
    realised_high: float
    ratio: float
    tar: float | None
    impostor_pairs: int
    supported: bool


class CalibrationCheckOut(Wire):
    """All pairs of other people, judged by the table."""

    data: str
    people: int
    photographs: int
    points: tuple[CheckedPointOut, ...]
    cllr: float | None = None


class LeftOutOut(Wire):
    """Who was not calibrated on: people of the other collection, and people under two names.

    ``alike`` is the similarity from which two were taken for one, as ``judge`` sees them.
    """

    judge: str
    alike: float
    shared: tuple[str, ...]
    doubled: tuple[str, ...]


class CalibrateOut(Wire):
    """Answer of ``calibrate``; ``saved`` is the bundle's folder, null where nothing was written."""

    schema_name: Literal["facemetric.calibrate/1"] = schema("facemetric.calibrate/1")
    bundle: str
    saved: str | None
    data: str
    flip: bool
    people: int
    photographs: int
    without_face: int
    left_out: LeftOutOut
    points: tuple[CalibratedPointOut, ...]
    searches: tuple[CalibratedSearchOut, ...]
    beyond: tuple[BeyondOut, ...]
    likelihood_ratios: LikelihoodOut | None
    held_out: CalibrationCheckOut | None
    check: CalibrationCheckOut | None
