"""Error rates of a part of the pairs, at one threshold for all."""

from facemetric.evaluation.slices.decided import (
    DecidedPairs,
    decide_all,
    decide_list,
    strictest_far,
)
from facemetric.evaluation.slices.rates import (
    MIXED,
    Differential,
    Slice,
    SliceRate,
    Slices,
    group_slices,
    trait_slices,
)

__all__ = [
    "MIXED",
    "DecidedPairs",
    "Differential",
    "Slice",
    "SliceRate",
    "Slices",
    "decide_all",
    "decide_list",
    "group_slices",
    "strictest_far",
    "trait_slices",
]
