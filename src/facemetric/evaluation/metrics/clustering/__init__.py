"""Figures of clusterings against the people that the images show."""

from facemetric.evaluation.metrics.clustering.bcubed import bcubed_f
from facemetric.evaluation.metrics.clustering.contingency import Contingency, contingency
from facemetric.evaluation.metrics.clustering.f_score import FScore
from facemetric.evaluation.metrics.clustering.mutual_information import (
    normalized_mutual_information,
)
from facemetric.evaluation.metrics.clustering.pairwise import pairwise_f
from facemetric.evaluation.metrics.clustering.rand_index import adjusted_rand_index

__all__ = [
    "Contingency",
    "FScore",
    "adjusted_rand_index",
    "bcubed_f",
    "contingency",
    "normalized_mutual_information",
    "pairwise_f",
]
