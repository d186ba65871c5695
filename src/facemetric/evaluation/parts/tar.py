"""True-accept rates as figures: with intervals, or the bound that is all the pairs give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.figure import Figure
from facemetric.evaluation.intervals import SubjectPairs, TarBound, supported_tar, tar_intervals
from facemetric.evaluation.metrics import pairs_needed, supports, tar_at_far
from facemetric.evaluation.settings import Settings
from facemetric.types import Float64


def tar_figures(
    subjects: SubjectPairs, impostors: int, fars: Sequence[float], settings: Settings
) -> list[Figure]:
    """Return TAR at rates in falling order, over people.

    Parameters
    ----------
    subjects
        With enough of the hardest impostors for the highest rate.
    impostors
        How many pairs of different people there are, kept or not.
    fars
        False-accept rates in (0, 1).
    settings
        Draws.

    Raises
    ------
    InputError
        See `tar_intervals`.
    """
    supported = [far for far in fars if supports(impostors, far)]
    return [
        *tars_with_intervals(subjects, supported, settings),
        *(tar_bound(subjects, impostors, far) for far in fars[len(supported) :]),
    ]


def tars_with_intervals(
    subjects: SubjectPairs, fars: Sequence[float], settings: Settings
) -> list[Figure]:
    """Return TAR at rates that the pairs support, perhaps none; see `tar_figures`."""
    if not fars:
        return []
    intervals = tar_intervals(subjects, fars, **settings.draws)
    return [
        Figure(tar_name(far), interval.estimate, interval=interval)
        for far, interval in zip(fars, intervals, strict=True)
    ]


def tars_without_people(
    scores: Float64, same: NDArray[np.bool_], fars: Sequence[float]
) -> list[Figure]:
    """Return TAR of scores ``(P,)`` whose people are unknown: no intervals."""
    figures = []
    for far in fars:
        point = supported_tar(scores, same, far)
        if isinstance(point, TarBound):
            figures.append(Figure(tar_name(far), None, at_most=point.tar_at_most, note=str(point)))
        else:
            figures.append(Figure(tar_name(far), point.tar))
    return figures


def tar_bound(subjects: SubjectPairs, impostors: int, far: float) -> Figure:
    """Return the figure of a rate that takes more than ``impostors`` pairs."""
    return Figure(
        tar_name(far),
        None,
        at_most=most_tar(subjects, impostors),
        note=f"needs {pairs_needed(far):,} impostor pairs, there are {impostors:,}",
    )


def most_tar(subjects: SubjectPairs, impostors: int) -> float:
    """Return TAR at the strictest rate that the pairs support: no stricter one accepts more."""
    strictest = 10 / impostors
    if strictest >= 1:
        return 1.0
    kept = np.concatenate([subjects.genuine, subjects.impostors])
    same = np.arange(len(kept)) < len(subjects.genuine)
    # Of the hardest impostors alone the same count is another share.
    share = strictest * impostors / len(subjects.impostors)
    return tar_at_far(kept, same, share).tar if share < 1 else 1.0


def tar_name(far: float) -> str:
    """Return what TAR at a rate is called."""
    return f"TAR at FAR {far:g}"
