"""The report as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from facemetric.evaluation.evaluate import Evaluation
from facemetric.evaluation.leakage import Leakage
from facemetric.evaluation.report.comparisons import ModelComparison
from facemetric.report.evaluation import PartView, RateView, SliceRow
from facemetric.wire import (
    DifferenceOut,
    EvaluationReportOut,
    SliceOut,
    SliceRateOut,
    SlicesOut,
)


def report_document(
    evaluations: Sequence[Evaluation],
    parts: Sequence[PartView],
    comparisons: Sequence[ModelComparison],
    leakage: Leakage | None,
    *,
    version: str,
    created: datetime,
) -> EvaluationReportOut:
    """Return everything that the page shows, but the pictures."""
    return EvaluationReportOut(
        version=version,
        created=created.isoformat(timespec="seconds"),
        leakage=None if leakage is None else leakage.to_wire(),
        measured=tuple(one.to_wire() for one in evaluations),
        comparisons=tuple(map(_difference, comparisons)),
        slices=tuple(
            SlicesOut(
                part=part.title,
                trait=cut.key,
                model=model.name,
                threshold=model.threshold,
                threshold_source=model.threshold_source,
                left_out=model.left_out,
                slices=tuple(map(_slice, model.rows)),
            )
            for part in parts
            for cut in part.slices
            for model in cut.models
        ),
    )


def _difference(one: ModelComparison) -> DifferenceOut:
    gap = one.result.difference
    return DifferenceOut(
        part=one.part,
        figure=one.figure,
        first=one.first,
        second=one.second,
        first_value=one.result.first,
        second_value=one.result.second,
        difference=gap.estimate,
        low=gap.low,
        high=gap.high,
        p_value=one.result.p_value,
        p_holm=one.p_holm,
    )


def _slice(row: SliceRow) -> SliceOut:
    return SliceOut(label=row.label, people=row.people, fnmr=_rate(row.fnmr), fmr=_rate(row.fmr))


def _rate(rate: RateView) -> SliceRateOut:
    return SliceRateOut(
        errors=rate.errors,
        trials=rate.trials,
        rate=rate.rate,
        low=rate.low,
        high=rate.high,
        at_most=rate.at_most,
    )
