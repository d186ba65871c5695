"""True-accept rates as figures: with intervals, or the bound that is all the pairs give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.figure import Figure
from facemetric.evaluation.intervals import SubjectPairs, TarBound, supported_tar, tar_intervals
from facemetric.evaluation.metrics import pairs_needed, supports
from facemetric.evaluation.metrics.operating import PAIRS_PER_FAR
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
        *(tar_bound(subjects, impostors, far, settings) for far in fars[len(supported) :]),
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
            note = (
                f"needs {point.pairs_needed:,} impostor pairs, there are {point.impostor_pairs:,}; "
                "the bound is that of these pairs, with no allowance for chance"
            )
            figures.append(Figure(tar_name(far), None, at_most=point.tar_at_most, note=note))
        else:
            figures.append(Figure(tar_name(far), point.tar))
    return figures


def tar_bound(subjects: SubjectPairs, impostors: int, far: float, settings: Settings) -> Figure:
    """Return the figure of a rate that takes more than ``impostors`` pairs."""
    return Figure(
        tar_name(far),
        None,
        at_most=_most_tar(subjects, impostors, settings),
        note=f"needs {pairs_needed(far):,} impostor pairs, there are {impostors:,}",
    )


def _most_tar(subjects: SubjectPairs, impostors: int, settings: Settings) -> float:
    """Return the upper end of TAR at the strictest rate that the pairs support.

    No stricter one accepts more; TAR itself would be too low a bound every other time.
    """
    strictest = PAIRS_PER_FAR / impostors
    if strictest >= 1:
        return 1.0
    try:
        (found,) = tar_intervals(subjects, [strictest], **settings.draws)
    except InputError:  # too few people or impostors kept: nothing lower is known
        return 1.0
    return found.high


def tar_name(far: float) -> str:
    """Return what TAR at a rate is called."""
    return f"TAR at FAR {far:g}"
