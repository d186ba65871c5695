"""The report of an evaluation as JSON."""

from __future__ import annotations

from typing import Literal

from facemetric.wire.evaluation import MeasuredOut
from facemetric.wire.faces import Wire, schema
from facemetric.wire.leakage import LeakageOut


class DifferenceOut(Wire):
    """One figure of two models over the same people: the first less the second.

    ``p_value`` is two-sided; ``p_holm`` is adjusted for all comparisons of the report.
    """

    part: str
    figure: str
    first: str
    second: str
    first_value: float
    second_value: float
    difference: float
    low: float
    high: float
    p_value: float
    p_holm: float


class SliceRateOut(Wire):
    """An error rate; without ``low`` and ``high`` it is an indication and ``at_most`` its bound."""

    errors: int
    trials: int
    rate: float | None
    low: float | None = None
    high: float | None = None
    at_most: float | None = None


class SliceOut(Wire):
    """One slice: same-person pairs rejected (FNMR), different-person pairs accepted (FMR)."""

    label: str
    people: int
    fnmr: SliceRateOut
    fmr: SliceRateOut


class SlicesOut(Wire):
    """One model's error rates by one trait, all at one threshold."""

    part: str
    trait: str
    model: str
    threshold: float
    threshold_source: str
    left_out: int
    slices: tuple[SliceOut, ...]


class EvaluationReportOut(Wire):
    """``evaluation.json`` of a report; ``leakage`` is null where nothing was checked.

    ``created`` is when it was written, null in reports of versions that did not say.
    """

    schema_name: Literal["facemetric.evaluation_report/1"] = schema(
        "facemetric.evaluation_report/1"
    )
    version: str
    created: str | None = None
    leakage: LeakageOut | None
    measured: tuple[MeasuredOut, ...]
    comparisons: tuple[DifferenceOut, ...]
    slices: tuple[SlicesOut, ...]
