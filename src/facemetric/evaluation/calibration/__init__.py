"""Thresholds with their rates, for pairs and for galleries, and likelihood ratios."""

from facemetric.evaluation.calibration.calibrate import calibrate
from facemetric.evaluation.calibration.check import (
    CheckedPoint,
    check_cllr,
    check_held_out,
    check_points,
)
from facemetric.evaluation.calibration.cllr import cllr
from facemetric.evaluation.calibration.left_out import LeftOut, people_left_out
from facemetric.evaluation.calibration.likelihood import fit_likelihood_ratios
from facemetric.evaluation.calibration.operating_points import FARS, measure_points
from facemetric.evaluation.calibration.search_points import FPIRS, GALLERIES, measure_searches

__all__ = [
    "FARS",
    "FPIRS",
    "GALLERIES",
    "CheckedPoint",
    "LeftOut",
    "calibrate",
    "check_cllr",
    "check_held_out",
    "check_points",
    "cllr",
    "fit_likelihood_ratios",
    "measure_points",
    "measure_searches",
    "people_left_out",
]
