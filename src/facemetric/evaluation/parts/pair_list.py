"""Verification of a protocol's list of pairs."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.figure import Figure, Unit
from facemetric.evaluation.intervals import (
    Interval,
    SubjectPairs,
    area_interval,
    d_prime_interval,
    equal_error_interval,
    mean_interval,
    pairs_of_list,
)
from facemetric.evaluation.metrics import (
    KFold,
    Roc,
    ScoreHistogram,
    d_prime,
    kfold_accuracy,
    kfold_decisions,
    roc,
)
from facemetric.evaluation.parts.hard_pairs import hardest_of_list
from facemetric.evaluation.parts.roc_band import roc_with_band
from facemetric.evaluation.parts.tar import tar_figures, tars_without_people
from facemetric.evaluation.parts.verification import Verification
from facemetric.evaluation.settings import Settings
from facemetric.types import AnyArray, Float64

_BINS = 8  # bits: 512 bins over [-1, 1], plenty for a plot


class _PairsInterval(Protocol):
    """An interval of one figure of pairs, such as `area_interval`."""

    def __call__(
        self, pairs: SubjectPairs, *, replicates: int, confidence: float, seed: int
    ) -> Interval:
        """Return the interval."""


def measure_pairs(
    name: str,
    scores: AnyArray,
    same: AnyArray,
    settings: Settings,
    *,
    people: AnyArray | None = None,
    fold: AnyArray | None = None,
    pairs: AnyArray | None = None,
    notes: tuple[str, ...] = (),
) -> Verification:
    """Measure a list of pairs.

    Parameters
    ----------
    name
        Of the part.
    scores
        ``float (P,)``, higher is more alike, in [-1, 1].
    same
        ``bool (P,)``.
    settings
        Rates and draws.
    people
        ``int (P, 2)``: the two people of each pair; ``None`` where unknown: no intervals then.
    fold
        ``int (P,)``: for accuracy with thresholds from the other folds.
    pairs
        ``int (P, 2)``: rows of the task's photographs, to show the hardest.
    notes
        Rules that a reader must know.

    Raises
    ------
    InputError
        The shapes disagree, or a kind of pair is absent.
    """
    values, labels = np.asarray(scores, np.float64), np.asarray(same, bool)
    curve = roc(values, labels)
    subjects = None if people is None else pairs_of_list(values, labels, people)
    impostors = int((~labels).sum())
    folds = None if fold is None else kfold_accuracy(values, labels, fold)
    figures = []
    if folds is not None:
        assert fold is not None
        figures.append(_accuracy(folds, values, labels, fold, people, settings))
    fars = settings.fars_for(impostors)
    if subjects is None:
        figures += tars_without_people(values, labels, fars)
    else:
        figures += tar_figures(subjects, impostors, fars, settings)
    figures += _whole_curve(curve, d_prime(values, labels), subjects, settings)
    genuine, impostor = ScoreHistogram(bits=_BINS), ScoreHistogram(bits=_BINS)
    genuine.add(values[labels])
    impostor.add(values[~labels])
    rows = None if pairs is None else np.asarray(pairs, np.int64)
    return Verification(
        name=name,
        figures=tuple(figures),
        counts={"genuine pairs": int(labels.sum()), "impostor pairs": impostors}
        | ({} if subjects is None else {"people": subjects.people}),
        curves=(roc_with_band(curve, impostors, subjects, settings),),
        folds=folds,
        notes=(*notes, *_unknown_people(subjects)),
        genuine=genuine,
        impostor=impostor,
        subjects=subjects,
        false_accepts=() if rows is None else hardest_of_list(values, rows, ~labels, highest=True),
        false_rejects=() if rows is None else hardest_of_list(values, rows, labels, highest=False),
        scores=values,
        same=labels,
        fold=None if fold is None else np.asarray(fold, np.int64),
        pairs=rows,
    )


def _whole_curve(
    curve: Roc, separation: float, subjects: SubjectPairs | None, settings: Settings
) -> list[Figure]:
    figures: list[tuple[str, float, _PairsInterval, Unit]] = [
        ("AUC", curve.area, area_interval, "number"),
        ("equal error rate", curve.equal_error_rate, equal_error_interval, "share"),
        ("d′", separation, d_prime_interval, "number"),
    ]
    return [
        _with_interval(name, value, interval, subjects, settings, unit=unit)
        for name, value, interval, unit in figures
    ]


def _with_interval(
    name: str,
    value: float,
    find: _PairsInterval,
    subjects: SubjectPairs | None,
    settings: Settings,
    *,
    unit: Unit,
) -> Figure:
    interval, note = None, ""
    if subjects is not None:
        try:
            interval = find(subjects, **settings.draws)
        except InputError as error:  # so few people that most draws lack a kind of pair
            note = f"no interval: {error.cause}"
    return Figure(name, value, interval=interval, unit=unit, note=note)


def _accuracy(
    folds: KFold,
    values: Float64,
    same: NDArray[np.bool_],
    fold: AnyArray,
    people: AnyArray | None,
    settings: Settings,
) -> Figure:
    interval: Interval | None = None
    if people is not None:
        interval = mean_interval(kfold_decisions(values, same, fold), people, **settings.draws)
    return Figure(
        "accuracy",
        folds.mean,
        interval=interval,
        deviation=folds.deviation,
        standard_error=folds.standard_error,
        note=f"mean over {len(folds.accuracies)} folds, each at the threshold of the others",
    )


def _unknown_people(subjects: SubjectPairs | None) -> tuple[str, ...]:
    if subjects is not None:
        return ()
    return ("Who is in the pictures is not known, so that no interval over people can be given.",)
