"""Verification of more pairs than can be kept: histograms of all, and the hardest impostors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from facemetric.evaluation.figure import Figure
from facemetric.evaluation.intervals import SubjectPairs
from facemetric.evaluation.metrics import (
    ScoreHistogram,
    streaming_roc,
    streaming_tar_at_far,
    supports,
)
from facemetric.evaluation.parts.hard_pairs import HardPair
from facemetric.evaluation.parts.roc_band import roc_with_band
from facemetric.evaluation.parts.streamed_curve import area_figure, equal_error_figure
from facemetric.evaluation.parts.tar import tar_bound, tar_name, tars_with_intervals
from facemetric.evaluation.parts.verification import Verification
from facemetric.evaluation.settings import Settings

_LEAST_KEPT = 200_000


def impostors_to_keep(total: int, highest_far: float, *, most: int) -> int:
    """Return how many of the hardest of ``total`` impostors intervals up to a rate need.

    Twice the rate leaves room for every draw of people, and a low rate, whose hardest may all be
    one person's, for the draws without that person. ``most`` bounds memory: 24 bytes each.
    """
    return min(total, max(_LEAST_KEPT, min(int(2 * highest_far * total) + 1, most)))


def highest_far(total: int, *, most: int) -> float:
    """Return the highest power of ten, at most 0.1, whose intervals need ``most`` impostors."""
    return float(10.0 ** np.floor(np.log10(min(0.1, max(most, _LEAST_KEPT) / 2 / total)) + 1e-9))


def measure_streamed(
    name: str,
    genuine: ScoreHistogram,
    impostor: ScoreHistogram,
    subjects: SubjectPairs,
    settings: Settings,
    *,
    fars: Sequence[float],
    counts: Mapping[str, int] | None = None,
    false_accepts: tuple[HardPair, ...] = (),
    false_rejects: tuple[HardPair, ...] = (),
    notes: tuple[str, ...] = (),
) -> Verification:
    """Measure pairs that were counted as they came.

    Parameters
    ----------
    name, settings, notes
        As `measure_pairs`.
    genuine, impostor
        Every similarity.
    subjects
        Every genuine pair, and the hardest impostors.
    fars
        In the order of the figures. A rate that the kept impostors do not reach is had from the
        histograms, at the nearest stricter edge of a bin, without an interval.
    counts
        What was compared, beside the pairs.
    false_accepts, false_rejects
        To be shown.

    Raises
    ------
    InputError
        A kind of pair is absent, or the people are too few.
    """
    total = impostor.total
    # Where everything was kept there is nothing beyond.
    reach = 1.0 if len(subjects.impostors) == total else len(subjects.impostors) / total / 2
    within = [far for far in fars if supports(total, far) and far <= reach * (1 + 1e-9)]
    figure_of = dict(zip(within, tars_with_intervals(subjects, within, settings), strict=True))
    streamed = streaming_roc(genuine, impostor)
    for far in fars:
        if far not in figure_of:
            figure_of[far] = (
                _from_histograms(genuine, impostor, far)
                if supports(total, far)
                else tar_bound(subjects, total, far, settings)
            )
    return Verification(
        name=name,
        figures=(
            *(figure_of[far] for far in fars),
            area_figure(streamed),
            equal_error_figure(streamed),
        ),
        counts={**(counts or {}), "genuine pairs": genuine.total, "impostor pairs": total},
        curves=(
            roc_with_band(streamed.curve, total, subjects, settings, top=max(within, default=0.1)),
        )
        if within
        else (),
        notes=notes,
        genuine=genuine,
        impostor=impostor,
        subjects=subjects,
        false_accepts=false_accepts,
        false_rejects=false_rejects,
    )


def _from_histograms(genuine: ScoreHistogram, impostor: ScoreHistogram, far: float) -> Figure:
    point = streaming_tar_at_far(genuine, impostor, far)
    return Figure(
        tar_name(far),
        point.point.tar,
        note=f"from histograms, at most {point.tar_at_most:.6f}; too many impostors reach it for "
        "an interval",
    )
