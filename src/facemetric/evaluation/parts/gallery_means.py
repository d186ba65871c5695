"""Searches of several galleries with the same probes, each figure the mean over the galleries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.figure import Figure
from facemetric.evaluation.intervals import DirBound, Interval, supported_dir
from facemetric.evaluation.intervals.dir_in_draw import DirInDraw
from facemetric.evaluation.intervals.draws import people_draws
from facemetric.evaluation.intervals.share import share_interval
from facemetric.evaluation.metrics import Searches, dir_at_fpir, join_searches, rank_k
from facemetric.evaluation.parts.gallery_curves import cmc_curve, dir_curve
from facemetric.evaluation.parts.identification import Identification
from facemetric.evaluation.settings import Settings
from facemetric.types import AnyArray, Float64


def measure_gallery_means(
    name: str,
    searches: Sequence[Searches],
    probe_people: AnyArray,
    settings: Settings,
    *,
    sizes: Sequence[int],
    notes: tuple[str, ...] = (),
) -> Identification:
    """Return ranks and DIR at FPIR as the mean over galleries, people drawn for all together.

    Parameters
    ----------
    name, settings, notes
        As `measure_searches`.
    searches
        Of the same probes in each gallery; in every gallery some have a mate.
    probe_people
        ``int (Q,)``.
    sizes
        Entries in each gallery.

    Raises
    ------
    InputError
        The shapes disagree, or in a gallery nobody has a mate.
    """
    who = np.unique(np.asarray(probe_people), return_inverse=True)[1]
    if any(len(one) != len(who) for one in searches):
        raise InputError(f"expected {len(who)} searches of each gallery", item="searches")
    draws = people_draws(int(who.max()) + 1, replicates=settings.replicates, seed=settings.seed)
    figures = [
        _rank(searches, who, draws, rank, settings) for rank in settings.ranks if rank <= min(sizes)
    ]
    non_mated = min(int((~one.mated).sum()) for one in searches)
    joined = join_searches(searches)
    curves = [cmc_curve(searches, enrolled=min(sizes))]
    if non_mated:
        figures += [
            _dir(searches, who, draws, fpir, settings) for fpir in settings.fpirs_for(non_mated)
        ]
        curves.append(dir_curve(joined))
        notes = (*notes, "The curve of DIR joins the searches of all galleries at one threshold.")
    return Identification(
        name=name,
        figures=tuple(figures),
        counts={
            "galleries": len(sizes),
            "enrolled": sum(sizes),
            "probes with a mate": int(joined.mated.sum()),
            "probes without": int((~joined.mated).sum()),
        },
        curves=tuple(curves),
        notes=notes,
        searches=joined,
        probe_people=np.tile(who, len(searches)),
    )


def _rank(
    searches: Sequence[Searches],
    who: NDArray[np.int64],
    draws: Float64,
    rank: int,
    settings: Settings,
) -> Figure:
    people = draws.shape[1]
    shares = []
    for one in searches:
        mated = np.bincount(who, one.mated, minlength=people)
        found = np.bincount(who, one.mated & (one.ranks <= rank), minlength=people)
        with np.errstate(invalid="ignore"):
            shares.append((draws @ found) / (draws @ mated))
    estimate = float(np.mean([rank_k(one, rank) for one in searches]))
    interval = share_interval(estimate, np.mean(shares, axis=0), settings.confidence, people=people)
    return Figure(f"rank-{rank} identification", estimate, interval=interval)


def _dir(
    searches: Sequence[Searches],
    who: NDArray[np.int64],
    draws: Float64,
    fpir: float,
    settings: Settings,
) -> Figure:
    name = f"DIR at FPIR {fpir:g}"
    points = [supported_dir(one, fpir) for one in searches]
    bounds = [point for point in points if isinstance(point, DirBound)]
    if bounds:
        strictest = max(bound.fpir_supported for bound in bounds)
        most = _mean_dir(searches, who, draws, strictest, settings).high if strictest < 1 else 1.0
        short = max(bounds, key=lambda bound: bound.non_mated_needed - bound.non_mated)
        note = (
            f"needs {short.non_mated_needed:,} probes without a mate in each gallery, one has "
            f"{short.non_mated:,}"
        )
        return Figure(name, None, at_most=most, note=note)
    interval = _mean_dir(searches, who, draws, fpir, settings)
    return Figure(name, interval.estimate, interval=interval)


def _mean_dir(
    searches: Sequence[Searches],
    who: NDArray[np.int64],
    draws: Float64,
    fpir: float,
    settings: Settings,
) -> Interval:
    found = [DirInDraw(one, who, fpir) for one in searches]
    values = np.array([np.mean([find(draw) for find in found]) for draw in draws])
    estimate = float(np.mean([dir_at_fpir(one, fpir).dir for one in searches]))
    return share_interval(estimate, values, settings.confidence, people=draws.shape[1])
