"""Sensitivity studies in the manner of FaceNet's section 5, one a file."""

from facemetric.evaluation.studies.registry import STUDIES
from facemetric.evaluation.studies.run import StudyResult, run_study
from facemetric.evaluation.studies.study import PhotoStudy, Study, VectorStudy

__all__ = ["STUDIES", "PhotoStudy", "Study", "StudyResult", "VectorStudy", "run_study"]
