"""What is told of an evaluation report, out of the JSON that lies beside its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from pydantic import ValidationError

from facemetric.wire import (
    EvaluationReportOut,
    FigureOut,
    LeakageOut,
    MainFiguresOut,
    MeasuredOut,
    ReportedModelOut,
    ReportedPartOut,
    ReportOut,
    ReportSummaryOut,
    StudyOut,
)
from facemetric.wire.reports import LeakageState, ReportKind

ReportDocument: TypeAlias = "EvaluationReportOut | StudyOut"

FILES: Mapping[ReportKind, tuple[str, type[EvaluationReportOut] | type[StudyOut]]] = {
    "evaluation": ("evaluation.json", EvaluationReportOut),
    "study": ("study.json", StudyOut),
}
"""The file with the figures of each kind of report, and its form."""


_LAST_S = datetime.max.replace(tzinfo=UTC, microsecond=0).timestamp()
"""What a file system takes for a time may be later than any calendar has."""


def summary(document: ReportDocument, name: str, *, written_s: float) -> ReportSummaryOut:
    """Return a report as a list shows it.

    Parameters
    ----------
    document
        Its figures.
    name
        Of its folder.
    written_s
        When the file was written, in seconds; told where the document does not say itself.
    """
    models = models_of(document)
    written = datetime.fromtimestamp(min(max(written_s, 0.0), _LAST_S), UTC)
    title, created = models[0].title, written
    kind: ReportKind = "study"
    leakage: LeakageState = "not_checked"
    if isinstance(document, StudyOut):
        title = f"{document.title}: {title}"
    else:
        kind, leakage = "evaluation", _leakage(document.leakage)
        created = _time(document.created) or written
    return ReportSummaryOut(
        name=name,
        kind=kind,
        created=created.isoformat(timespec="seconds"),
        version=document.version,
        protocol=models[0].protocol,
        title=title,
        photos=models[0].photos,
        leakage=leakage,
        models=tuple(
            MainFiguresOut(bundle=one.bundle, figures=_main_figures(one)) for one in models
        ),
    )


def shown(document: ReportDocument, name: str, *, written_s: float) -> ReportOut:
    """Return a report with all its figures; see `summary`."""
    return ReportOut(
        report=summary(document, name, written_s=written_s),
        models=tuple(map(_model, models_of(document))),
        comparisons=() if isinstance(document, StudyOut) else document.comparisons,
    )


def text_of(error: ValidationError) -> str:
    """Return the first of what is wrong with a document, without what stands there."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(str(part)[:40] for part in first["loc"][:8])
    told = str(first["msg"])[:200]
    return f"{place}: {told}" if place else told


def models_of(document: ReportDocument) -> Sequence[MeasuredOut]:
    """Return what was measured of each bundle; of a study, on the photographs as they are."""
    if isinstance(document, StudyOut):
        return [one.unchanged for one in document.studied]
    return document.measured


def _time(text: str | None) -> datetime | None:
    """Return a time in UTC; ``None`` where the text is none."""
    try:
        return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _leakage(found: LeakageOut | None) -> LeakageState:
    if found is None:
        return "not_checked"
    return "none_found" if found.clean else "found"


def _main_figures(model: MeasuredOut) -> tuple[FigureOut, ...]:
    """Return the first figure of each kind of part, and the last rate of the first part.

    Rates ("TAR at FAR 0.001") stand in the order of their strictness. Where the data gives only a
    bound, the one before is told.
    """
    chosen: list[FigureOut] = []
    kinds: set[str] = set()
    for part in model.parts:
        known = [one for one in part.figures if one.value is not None or one.at_most is not None]
        if part.kind in kinds or not known:
            continue
        rates = [one for one in known[1:] if " at " in one.name and one.value is not None]
        chosen += [known[0], *([] if kinds else rates[-1:])]
        kinds.add(part.kind)
    return tuple(chosen)


def _model(model: MeasuredOut) -> ReportedModelOut:
    return ReportedModelOut(
        bundle=model.bundle,
        faces_found=model.faces_found,
        conditions=model.conditions,
        parts=tuple(
            ReportedPartOut(
                kind=part.kind,
                name=part.name,
                counts=part.counts,
                figures=part.figures,
                notes=part.notes,
            )
            for part in model.parts
        ),
    )
