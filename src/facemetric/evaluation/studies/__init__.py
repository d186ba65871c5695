"""Sensitivity studies in the manner of FaceNet's section 5, one a file."""

from facemetric.evaluation.studies.registry import STUDIES
from facemetric.evaluation.studies.report import study_document, study_rows, study_view, write_study
from facemetric.evaluation.studies.run import StudyResult, chosen_levels, run_study
from facemetric.evaluation.studies.study import NetworkShape, PhotoStudy, Study, VectorStudy

__all__ = [
    "STUDIES",
    "NetworkShape",
    "PhotoStudy",
    "Study",
    "StudyResult",
    "VectorStudy",
    "chosen_levels",
    "run_study",
    "study_document",
    "study_rows",
    "study_view",
    "write_study",
]
