"""The figures of an evaluation, by kind of task."""

from facemetric.evaluation.parts.grouping import Grouping, measure_groups
from facemetric.evaluation.parts.identification import Identification, measure_searches
from facemetric.evaluation.parts.part import Part
from facemetric.evaluation.parts.verification import (
    HardPair,
    Verification,
    measure_all_pairs,
    measure_pairs,
)

__all__ = [
    "Grouping",
    "HardPair",
    "Identification",
    "Part",
    "Verification",
    "measure_all_pairs",
    "measure_groups",
    "measure_pairs",
    "measure_searches",
]
