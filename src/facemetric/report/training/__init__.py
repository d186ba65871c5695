"""The page of a training run, from plain values."""

from facemetric.report.training.plots import panel_plot
from facemetric.report.training.run_page import run_page
from facemetric.report.training.views import EvaluationRow, LineView, PanelView, RunView

__all__ = ["EvaluationRow", "LineView", "PanelView", "RunView", "panel_plot", "run_page"]
