"""Figures of recognition from scores: a pair is accepted where ``score >= threshold``."""

from facemetric.evaluation.metrics.all_pairs import all_pairs, pair_histograms
from facemetric.evaluation.metrics.angles import Angles, PersonAngles, angles_deg, person_angles
from facemetric.evaluation.metrics.clustering import (
    Contingency,
    FScore,
    adjusted_rand_index,
    bcubed_f,
    contingency,
    normalized_mutual_information,
    pairwise_f,
)
from facemetric.evaluation.metrics.cmc import cmc, rank_k
from facemetric.evaluation.metrics.d_prime import d_prime
from facemetric.evaluation.metrics.det import Det, det, normal_deviates
from facemetric.evaluation.metrics.equal_error import EqualError, equal_error_rate
from facemetric.evaluation.metrics.facenet_grid import (
    GridVal,
    facenet_grid_accuracy,
    facenet_grid_val,
)
from facemetric.evaluation.metrics.fnmr import FnmrAtFmr, fnmr_at_fmr
from facemetric.evaluation.metrics.histogram import ScoreHistogram
from facemetric.evaluation.metrics.kfold import KFold, kfold_accuracy, kfold_decisions
from facemetric.evaluation.metrics.open_set import (
    DirAtFpir,
    OpenSetCurve,
    dir_at_fpir,
    fnir_at_fpir,
    open_set_curve,
)
from facemetric.evaluation.metrics.operating import (
    TarAtFar,
    pairs_needed,
    supports,
    tar_at_far,
    threshold_at_far,
)
from facemetric.evaluation.metrics.roc import Roc, roc
from facemetric.evaluation.metrics.searches import Searches, join_searches, search_outcomes
from facemetric.evaluation.metrics.streaming_d_prime import (
    StreamingDPrime,
    streaming_d_prime,
)
from facemetric.evaluation.metrics.streaming_roc import (
    StreamingRoc,
    StreamingTarAtFar,
    streaming_roc,
    streaming_tar_at_far,
)
from facemetric.evaluation.metrics.threshold import accuracy_at, best_threshold
from facemetric.evaluation.metrics.val import ValAtFar, ValOverSplits, val_at_far, val_over_splits

__all__ = [
    "Angles",
    "Contingency",
    "Det",
    "DirAtFpir",
    "EqualError",
    "FScore",
    "FnmrAtFmr",
    "GridVal",
    "KFold",
    "OpenSetCurve",
    "PersonAngles",
    "Roc",
    "ScoreHistogram",
    "Searches",
    "StreamingDPrime",
    "StreamingRoc",
    "StreamingTarAtFar",
    "TarAtFar",
    "ValAtFar",
    "ValOverSplits",
    "accuracy_at",
    "adjusted_rand_index",
    "all_pairs",
    "angles_deg",
    "bcubed_f",
    "best_threshold",
    "cmc",
    "contingency",
    "d_prime",
    "det",
    "dir_at_fpir",
    "equal_error_rate",
    "facenet_grid_accuracy",
    "facenet_grid_val",
    "fnir_at_fpir",
    "fnmr_at_fmr",
    "join_searches",
    "kfold_accuracy",
    "kfold_decisions",
    "normal_deviates",
    "normalized_mutual_information",
    "open_set_curve",
    "pair_histograms",
    "pairs_needed",
    "pairwise_f",
    "person_angles",
    "rank_k",
    "roc",
    "search_outcomes",
    "streaming_d_prime",
    "streaming_roc",
    "streaming_tar_at_far",
    "supports",
    "tar_at_far",
    "threshold_at_far",
    "val_at_far",
    "val_over_splits",
]
