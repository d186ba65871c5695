"""Figures of clustering: how groups agree with people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.figure import Figure
from facemetric.evaluation.intervals import clustering_intervals
from facemetric.evaluation.metrics import (
    adjusted_rand_index,
    bcubed_f,
    normalized_mutual_information,
    pairwise_f,
)
from facemetric.evaluation.parts.part import Part
from facemetric.evaluation.settings import Settings
from facemetric.types import AnyArray
from facemetric.wire import PartKind


@dataclass(frozen=True, eq=False, kw_only=True)
class Grouping(Part):
    """Groups of photographs.

    Attributes
    ----------
    groups, people
        ``int64 (N,)``: the group of each photograph, -1 for those alone, and its person.
    """

    kind: PartKind = "clustering"
    groups: NDArray[np.int64]
    people: NDArray[np.int64]


def measure_groups(
    name: str,
    groups: AnyArray,
    people: AnyArray,
    settings: Settings,
    *,
    notes: tuple[str, ...] = (),
) -> Grouping:
    """Measure groups against people.

    The intervals are over people, the groups as they are.

    Parameters
    ----------
    name, settings, notes
        As `measure_pairs`.
    groups
        ``int (N,)``: the group of each photograph; -1 for one that is alone.
    people
        ``int (N,)``.

    Raises
    ------
    InputError
        The shapes disagree.
    """
    found, who = np.asarray(groups, np.int64), np.asarray(people, np.int64)
    pairwise, bcubed = pairwise_f(who, found), bcubed_f(who, found)
    values = {
        "pairwise F": ("pairwise_f", pairwise.f),
        "pairwise precision": ("pairwise_precision", pairwise.precision),
        "pairwise recall": ("pairwise_recall", pairwise.recall),
        "BCubed F": ("bcubed_f", bcubed.f),
        "BCubed precision": ("bcubed_precision", bcubed.precision),
        "BCubed recall": ("bcubed_recall", bcubed.recall),
        "NMI": ("normalized_mutual_information", normalized_mutual_information(who, found)),
        "ARI": ("adjusted_rand_index", adjusted_rand_index(who, found)),
    }
    count = len(np.unique(who))
    intervals = None
    if count > 1:
        intervals = clustering_intervals(who, found, **settings.draws)
    return Grouping(
        name=name,
        figures=tuple(
            Figure(
                title,
                value,
                interval=None if intervals is None else getattr(intervals, field),
                unit="number",
            )
            for title, (field, value) in values.items()
        ),
        counts={
            "photographs": len(who),
            "people": count,
            "groups": len(np.unique(found[found >= 0])),
            "alone": int((found < 0).sum()),
        },
        notes=notes,
        groups=found,
        people=who,
    )
