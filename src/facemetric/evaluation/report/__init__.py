"""The report of an evaluation: a folder with a page, JSON and plots."""

from facemetric.evaluation.report.comparisons import ModelComparison, compare_models, holm
from facemetric.evaluation.report.groups import check_groups, read_groups
from facemetric.evaluation.report.write import check_report, write_report

__all__ = [
    "ModelComparison",
    "check_groups",
    "check_report",
    "compare_models",
    "holm",
    "read_groups",
    "write_report",
]
