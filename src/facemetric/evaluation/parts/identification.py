"""Figures of identification: ranks in a gallery, and who is turned away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.figure import Figure
from facemetric.evaluation.intervals import DirBound, dir_interval, rank_interval, supported_dir
from facemetric.evaluation.metrics import Searches
from facemetric.evaluation.parts.gallery_curves import cmc_curve, dir_curve
from facemetric.evaluation.parts.part import Part
from facemetric.evaluation.settings import Settings
from facemetric.types import AnyArray
from facemetric.wire import PartKind


@dataclass(frozen=True, eq=False, kw_only=True)
class Identification(Part):
    """Searches of a gallery.

    Attributes
    ----------
    searches
        Outcome of every probe.
    probe_people
        ``int64 (Q,)``: the person in each probe.
    """

    kind: PartKind = "identification"
    searches: Searches
    probe_people: NDArray[np.int64]


def measure_searches(
    name: str,
    searches: Searches,
    probe_people: AnyArray,
    settings: Settings,
    *,
    enrolled: int,
    notes: tuple[str, ...] = (),
) -> Identification:
    """Measure searches: ranks where probes have mates, DIR at FPIR where some have none.

    Parameters
    ----------
    name, settings, notes
        As `measure_pairs`.
    searches
        From `search_outcomes`.
    probe_people
        ``int (Q,)``.
    enrolled
        Entries in the gallery.

    Raises
    ------
    InputError
        The shapes disagree, or nobody has a mate.
    """
    people = np.asarray(probe_people, np.int64)
    mated = int(searches.mated.sum())
    figures = [
        Figure(
            f"rank-{rank} identification",
            interval.estimate,
            interval=interval,
        )
        for rank in settings.ranks
        if rank <= enrolled
        for interval in [rank_interval(searches, people, rank, **settings.draws)]
    ]
    curves = [cmc_curve([searches], enrolled=enrolled)]
    non_mated = len(searches) - mated
    if non_mated:
        figures += [
            _dir(searches, people, fpir, settings) for fpir in settings.fpirs_for(non_mated)
        ]
        curves.append(dir_curve(searches))
    return Identification(
        name=name,
        figures=tuple(figures),
        counts={
            "enrolled": enrolled,
            "probes with a mate": mated,
            "probes without": non_mated,
        },
        curves=tuple(curves),
        notes=notes,
        searches=searches,
        probe_people=people,
    )


def _dir(searches: Searches, people: NDArray[np.int64], fpir: float, settings: Settings) -> Figure:
    name = f"DIR at FPIR {fpir:g}"
    point = supported_dir(searches, fpir)
    if isinstance(point, DirBound):
        # DIR there itself would be too low a bound every other time.
        most, strictest = 1.0, point.fpir_supported
        if strictest < 1:
            most = dir_interval(searches, people, strictest, **settings.draws).high
        note = (
            f"needs {point.non_mated_needed:,} probes without a mate, there are {point.non_mated:,}"
        )
        return Figure(name, None, at_most=most, note=note)
    interval = dir_interval(searches, people, fpir, **settings.draws)
    return Figure(
        name,
        point.dir,
        interval=interval,
        note=f"FNIR {100 * point.fnir:.2f} % at threshold {point.threshold:.4f}",
    )
