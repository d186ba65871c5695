"""Figures of verification from scores: a pair is accepted where ``score >= threshold``."""

from facemetric.evaluation.metrics.kfold import KFold, kfold_accuracy
from facemetric.evaluation.metrics.operating import TarAtFar, tar_at_far, threshold_at_far
from facemetric.evaluation.metrics.roc import Roc, roc
from facemetric.evaluation.metrics.threshold import accuracy_at, best_threshold

__all__ = [
    "KFold",
    "Roc",
    "TarAtFar",
    "accuracy_at",
    "best_threshold",
    "kfold_accuracy",
    "roc",
    "tar_at_far",
    "threshold_at_far",
]
