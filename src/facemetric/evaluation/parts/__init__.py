"""The figures of an evaluation, by kind of task."""

from facemetric.evaluation.parts.all_pairs import measure_all_pairs
from facemetric.evaluation.parts.decision import (
    Decision,
    measure_pair_decision,
    measure_search_decision,
    uncalibrated,
    unmeasured,
)
from facemetric.evaluation.parts.grouping import Grouping, measure_groups
from facemetric.evaluation.parts.hard_pairs import HardPair
from facemetric.evaluation.parts.identification import Identification, measure_searches
from facemetric.evaluation.parts.pair_list import measure_pairs
from facemetric.evaluation.parts.part import Part
from facemetric.evaluation.parts.splits import headline_first, measure_splits
from facemetric.evaluation.parts.verification import Verification

__all__ = [
    "Decision",
    "Grouping",
    "HardPair",
    "Identification",
    "Part",
    "Verification",
    "headline_first",
    "measure_all_pairs",
    "measure_groups",
    "measure_pair_decision",
    "measure_pairs",
    "measure_search_decision",
    "measure_searches",
    "measure_splits",
    "uncalibrated",
    "unmeasured",
]
