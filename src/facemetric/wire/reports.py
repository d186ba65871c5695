"""Evaluation reports as the service lists and shows them."""

from __future__ import annotations

from typing import Literal

from facemetric.wire.evaluation import Condition, FigureOut, PartKind
from facemetric.wire.evaluation_report import DifferenceOut
from facemetric.wire.faces import ErrorOut, Wire, schema

ReportKind = Literal["evaluation", "study"]
LeakageState = Literal["found", "none_found", "not_checked"]


class ReportedPartOut(Wire):
    """Figures of one kind, with what was compared."""

    kind: PartKind
    name: str
    counts: dict[str, int]
    figures: tuple[FigureOut, ...]
    notes: tuple[str, ...] = ()


class ReportedModelOut(Wire):
    """One bundle of a report; of a study, on the photographs as they are."""

    bundle: str
    faces_found: int
    conditions: dict[str, Condition]
    parts: tuple[ReportedPartOut, ...]


class MainFiguresOut(Wire):
    """The figures of one bundle that a list has room for."""

    bundle: str
    figures: tuple[FigureOut, ...]


class ReportSummaryOut(Wire):
    """One report; ``name`` is its folder's, ``created`` the time it was written."""

    name: str
    kind: ReportKind
    created: str
    version: str
    protocol: str
    title: str
    photos: int
    leakage: LeakageState
    models: tuple[MainFiguresOut, ...]


class ReportsOut(Wire):
    """The reports of a service, the newest first.

    ``errors`` has the folders that are damaged reports. ``left_out`` counts older ones beyond the
    most that are listed.
    """

    schema_name: Literal["facemetric.reports/1"] = schema("facemetric.reports/1")
    reports: tuple[ReportSummaryOut, ...]
    errors: tuple[ErrorOut, ...] = ()
    left_out: int = 0


class ReportOut(Wire):
    """A report's figures; its page has the curves and the pictures."""

    schema_name: Literal["facemetric.report/1"] = schema("facemetric.report/1")
    report: ReportSummaryOut
    models: tuple[ReportedModelOut, ...]
    comparisons: tuple[DifferenceOut, ...] = ()
