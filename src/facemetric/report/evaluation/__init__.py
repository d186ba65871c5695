"""The page, plots and folder of an evaluation's report, from plain values."""

from facemetric.report.canvas import Plot, check_plotting
from facemetric.report.evaluation.folder import check_report_folder, write_report_folder
from facemetric.report.evaluation.plot_views import CurveView, FoldsView, HistogramView
from facemetric.report.evaluation.report_page import report_page
from facemetric.report.evaluation.slice_views import RateView, SliceRow, SlicesView, SliceView
from facemetric.report.evaluation.study import (
    StudyFigure,
    StudyLine,
    StudyView,
    study_page,
    study_plot,
)
from facemetric.report.evaluation.views import (
    ComparisonView,
    FaceView,
    FigureRow,
    FindingView,
    HardestView,
    PairView,
    PartView,
    ReportView,
)

__all__ = [
    "ComparisonView",
    "CurveView",
    "FaceView",
    "FigureRow",
    "FindingView",
    "FoldsView",
    "HardestView",
    "HistogramView",
    "PairView",
    "PartView",
    "Plot",
    "RateView",
    "ReportView",
    "SliceRow",
    "SliceView",
    "SlicesView",
    "StudyFigure",
    "StudyLine",
    "StudyView",
    "check_plotting",
    "check_report_folder",
    "report_page",
    "study_page",
    "study_plot",
    "write_report_folder",
]
