"""Figures of identification: ranks in a gallery, and who is turned away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.figure import Curve, Figure
from facemetric.evaluation.intervals import DirBound, dir_interval, rank_interval, supported_dir
from facemetric.evaluation.metrics import Searches, cmc, open_set_curve
from facemetric.evaluation.parts.part import Part
from facemetric.evaluation.settings import Settings
from facemetric.types import AnyArray, Float64
from facemetric.wire import PartKind

_CMC_RANKS = 50
_POINTS = 200


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

    kind: ClassVar[PartKind] = "identification"
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
    ranks = min(_CMC_RANKS, enrolled)
    curves = [_cmc_curve(np.arange(1.0, ranks + 1), cmc(searches, max_rank=ranks))]
    non_mated = len(searches) - mated
    if non_mated:
        figures += [
            _dir(searches, people, fpir, settings) for fpir in settings.fpirs_for(non_mated)
        ]
        curves.append(_open_set(searches, non_mated))
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
        return Figure(name, None, at_most=point.dir_at_most, note=str(point))
    interval = dir_interval(searches, people, fpir, **settings.draws)
    return Figure(
        name,
        point.dir,
        interval=interval,
        note=f"FNIR {100 * point.fnir:.2f} % at threshold {point.threshold:.4f}",
    )


def _open_set(searches: Searches, non_mated: int) -> Curve:
    curve = open_set_curve(searches)
    kept = np.unique(np.linspace(0, len(curve.fpir) - 1, _POINTS).astype(int))
    fpir = curve.fpir[kept]
    blank = np.full(len(kept), np.nan)
    return Curve("dir", fpir, curve.dir[kept], blank, blank, fpir * non_mated >= 10)


def _cmc_curve(x: Float64, y: Float64) -> Curve:
    blank = np.full(len(x), np.nan)
    return Curve("cmc", x, y, blank, blank, np.ones(len(x), bool))
