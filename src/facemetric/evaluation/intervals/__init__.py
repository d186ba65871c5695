"""Honest intervals: over people where pairs share them, exact bounds where data is short."""

from facemetric.evaluation.intervals.bootstrap import (
    area_interval,
    d_prime_interval,
    equal_error_interval,
    mean_interval,
    rate_intervals,
    tar_intervals,
    threshold_intervals,
)
from facemetric.evaluation.intervals.clustering import (
    ClusteringFigure,
    ClusteringIntervals,
    clustering_intervals,
    compare_clusterings,
)
from facemetric.evaluation.intervals.comparison import Comparison
from facemetric.evaluation.intervals.draws import people_draws
from facemetric.evaluation.intervals.far import far_intervals
from facemetric.evaluation.intervals.identification import (
    compare_dir,
    compare_rank,
    dir_interval,
    rank_interval,
)
from facemetric.evaluation.intervals.interval import Interval
from facemetric.evaluation.intervals.paired import (
    compare_area,
    compare_d_prime,
    compare_equal_error,
    compare_means,
    compare_tar,
)
from facemetric.evaluation.intervals.subject_pairs import (
    SubjectPairs,
    pairs_of_embeddings,
    pairs_of_list,
)
from facemetric.evaluation.intervals.support import FarBound, TarBound, far_bound, supported_tar
from facemetric.evaluation.intervals.support_open_set import DirBound, supported_dir
from facemetric.evaluation.intervals.wilson import upper_bound, wilson

__all__ = [
    "ClusteringFigure",
    "ClusteringIntervals",
    "Comparison",
    "DirBound",
    "FarBound",
    "Interval",
    "SubjectPairs",
    "TarBound",
    "area_interval",
    "clustering_intervals",
    "compare_area",
    "compare_clusterings",
    "compare_d_prime",
    "compare_dir",
    "compare_equal_error",
    "compare_means",
    "compare_rank",
    "compare_tar",
    "d_prime_interval",
    "dir_interval",
    "equal_error_interval",
    "far_bound",
    "far_intervals",
    "mean_interval",
    "pairs_of_embeddings",
    "pairs_of_list",
    "people_draws",
    "rank_interval",
    "rate_intervals",
    "supported_dir",
    "supported_tar",
    "tar_intervals",
    "threshold_intervals",
    "upper_bound",
    "wilson",
]
