"""Figures of clustering: how groups agree with people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.figure import Figure
from facemetric.evaluation.metrics import (
    adjusted_rand_index,
    bcubed_f,
    normalized_mutual_information,
    pairwise_f,
)
from facemetric.evaluation.parts.part import Part
from facemetric.types import AnyArray
from facemetric.wire import PartKind


@dataclass(frozen=True, eq=False, kw_only=True)
class Grouping(Part):
    """Groups of photographs.

    Attributes
    ----------
    groups, people
        ``int64 (N,)``: the group and the person of each photograph.
    """

    kind: ClassVar[PartKind] = "clustering"
    groups: NDArray[np.int64]
    people: NDArray[np.int64]


def measure_groups(
    name: str, groups: AnyArray, people: AnyArray, *, notes: tuple[str, ...] = ()
) -> Grouping:
    """Measure groups against people.

    Parameters
    ----------
    name, notes
        As `measure_pairs`.
    groups
        ``int (N,)``: the group of each photograph; those below 0 are each alone.
    people
        ``int (N,)``.

    Raises
    ------
    InputError
        The shapes disagree.
    """
    found, who = np.array(groups, np.int64), np.asarray(people, np.int64)
    alone = np.flatnonzero(found < 0)
    found[alone] = found.max(initial=-1) + 1 + np.arange(len(alone))
    pairwise, bcubed = pairwise_f(found, who), bcubed_f(found, who)
    return Grouping(
        name=name,
        figures=(
            Figure("pairwise F", pairwise.f, unit="number"),
            Figure("pairwise precision", pairwise.precision, unit="number"),
            Figure("pairwise recall", pairwise.recall, unit="number"),
            Figure("BCubed F", bcubed.f, unit="number"),
            Figure("BCubed precision", bcubed.precision, unit="number"),
            Figure("BCubed recall", bcubed.recall, unit="number"),
            Figure("NMI", normalized_mutual_information(found, who), unit="number"),
            Figure("ARI", adjusted_rand_index(found, who), unit="number"),
        ),
        counts={
            "photographs": len(who),
            "people": len(np.unique(who)),
            "groups": len(np.unique(found)),
        },
        notes=notes,
        groups=found,
        people=who,
    )
