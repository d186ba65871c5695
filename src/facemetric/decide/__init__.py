"""Scores to decisions: metrics, calibrated thresholds, same or not, who or unknown."""

from facemetric.decide.centroid import Centroid
from facemetric.decide.classifier import CLASSIFIERS, Classifier, Ranked
from facemetric.decide.gallery_threshold import (
    safest_threshold,
    stranger_risk_of,
    threshold_for_gallery,
)
from facemetric.decide.identify import Identification, decide_who, identify, identify_many
from facemetric.decide.knn import Knn
from facemetric.decide.metric import METRICS, Metric, lp
from facemetric.decide.nearest import Nearest
from facemetric.decide.odds import Odds, OddsTable, odds_table
from facemetric.decide.svm import LinearSvm
from facemetric.decide.threshold import Threshold, manual_threshold, threshold_for
from facemetric.decide.units import unit_rows
from facemetric.decide.verify import LIVENESS, Verification, verify

__all__ = [
    "CLASSIFIERS",
    "LIVENESS",
    "METRICS",
    "Centroid",
    "Classifier",
    "Identification",
    "Knn",
    "LinearSvm",
    "Metric",
    "Nearest",
    "Odds",
    "OddsTable",
    "Ranked",
    "Threshold",
    "Verification",
    "decide_who",
    "identify",
    "identify_many",
    "lp",
    "manual_threshold",
    "odds_table",
    "safest_threshold",
    "stranger_risk_of",
    "threshold_for",
    "threshold_for_gallery",
    "unit_rows",
    "verify",
]
