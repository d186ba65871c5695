"""Figures of verification: of a protocol's list of pairs, or of all pairs of some photographs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.figure import Figure, Unit
from facemetric.evaluation.impostors import check_labels
from facemetric.evaluation.intervals import (
    Interval,
    SubjectPairs,
    TarBound,
    area_interval,
    d_prime_interval,
    equal_error_interval,
    mean_interval,
    pairs_of_embeddings,
    pairs_of_list,
    supported_tar,
    tar_intervals,
)
from facemetric.evaluation.metrics import (
    KFold,
    Roc,
    ScoreHistogram,
    d_prime,
    kfold_accuracy,
    kfold_decisions,
    pair_histograms,
    pairs_needed,
    person_angles,
    roc,
    streaming_roc,
    supports,
    tar_at_far,
)
from facemetric.evaluation.parts.hard_pairs import (
    HardPair,
    hardest_of_list,
    least_alike,
    most_alike,
)
from facemetric.evaluation.parts.part import Part
from facemetric.evaluation.parts.roc_band import roc_with_band
from facemetric.evaluation.settings import Settings
from facemetric.types import AnyArray, Float32, Float64
from facemetric.wire import PartKind

_MOST_KEPT = 1_000_000
_BINS = 8  # bits: 512 bins over [-1, 1], plenty for a plot


class _PairsInterval(Protocol):
    """An interval of one figure of pairs, such as `area_interval`."""

    def __call__(
        self, pairs: SubjectPairs, *, replicates: int, confidence: float, seed: int
    ) -> Interval:
        """Return the interval."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Verification(Part):
    """Verification of pairs.

    Attributes
    ----------
    genuine, impostor
        Histograms of the similarities, in [-1, 1].
    subjects
        Scores with their people, for intervals and comparisons; ``None`` where people are unknown.
    false_accepts, false_rejects
        The most similar pairs of different people, and the least similar ones of one person.
    scores, same, fold, pairs
        ``float64 (P,)``, ``bool (P,)``, ``int64 (P,)`` and rows ``int64 (P, 2)`` of the task's
        photographs: a list of pairs. ``None`` where all pairs were compared; ``fold`` and ``pairs``
        also where there are none.
    """

    kind: ClassVar[PartKind] = "verification"
    genuine: ScoreHistogram
    impostor: ScoreHistogram
    subjects: SubjectPairs | None
    false_accepts: tuple[HardPair, ...] = ()
    false_rejects: tuple[HardPair, ...] = ()
    scores: Float64 | None = None
    same: NDArray[np.bool_] | None = None
    fold: NDArray[np.int64] | None = None
    pairs: NDArray[np.int64] | None = None


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
    figures += _tar(values, labels, subjects, settings)
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


def measure_all_pairs(
    name: str,
    vectors: Float32,
    labels: AnyArray,
    settings: Settings,
    *,
    rows: AnyArray | None = None,
    notes: tuple[str, ...] = (),
) -> Verification:
    """Measure every pair of some photographs, in bounded memory.

    Parameters
    ----------
    name, settings, notes
        As `measure_pairs`.
    vectors
        ``float32 (N, D)``, unit norm.
    labels
        ``int (N,)``: the person in each.
    rows
        ``int (N,)``: rows of the task's photographs; by default 0 to N - 1.

    Raises
    ------
    InputError
        The shapes disagree, all show one person, or nobody has two photographs.
    """
    people = check_labels(labels, len(vectors))
    row_of = np.arange(len(people)) if rows is None else np.asarray(rows, np.int64)
    genuine, impostor = pair_histograms(vectors, people)
    if not genuine.total or not impostor.total:
        raise InputError("expected pairs of one person and of different people", item="labels")
    streamed = streaming_roc(genuine, impostor)
    fars = settings.fars_for(impostor.total, highest=far_ceiling(impostor.total))
    share = share_kept(impostor.total, fars)
    subjects = pairs_of_embeddings(vectors, people, share=share)
    figures = [*_tar_of_subjects(subjects, impostor.total, fars, settings)]
    angles = person_angles(vectors, people)
    figures += [
        Figure("AUC", streamed.curve.area, unit="number"),
        Figure("equal error rate", streamed.curve.equal_error_rate),
        Figure("largest angle within a person", angles.within.largest_deg, unit="degrees"),
        Figure("median angle within a person", angles.within.percentiles_deg[50.0], unit="degrees"),
        Figure("smallest angle between people", angles.between.smallest_deg, unit="degrees"),
        Figure("median angle between people", angles.between.percentiles_deg[50.0], unit="degrees"),
    ]
    return Verification(
        name=name,
        figures=tuple(figures),
        counts={
            "photographs": len(people),
            "people": subjects.people,
            "genuine pairs": genuine.total,
            "impostor pairs": impostor.total,
        },
        curves=(roc_with_band(streamed.curve, impostor.total, subjects, settings, top=max(fars)),),
        notes=notes,
        genuine=genuine,
        impostor=impostor,
        subjects=subjects,
        false_accepts=most_alike(vectors, people, impostor.total, row_of),
        false_rejects=least_alike(vectors, people, row_of),
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


def _tar(
    values: Float64,
    same: NDArray[np.bool_],
    subjects: SubjectPairs | None,
    settings: Settings,
) -> list[Figure]:
    fars = settings.fars_for(int((~same).sum()))
    if subjects is not None:
        return _tar_of_subjects(subjects, int((~same).sum()), fars, settings)
    figures = []
    for far in fars:
        point = supported_tar(values, same, far)
        if isinstance(point, TarBound):
            figures.append(Figure(_tar_name(far), None, at_most=point.tar_at_most, note=str(point)))
        else:
            figures.append(Figure(_tar_name(far), point.tar))
    return figures


def _tar_of_subjects(
    subjects: SubjectPairs, impostors: int, fars: tuple[float, ...], settings: Settings
) -> list[Figure]:
    supported = [far for far in fars if supports(impostors, far)]
    intervals = tar_intervals(subjects, supported, **settings.draws) if supported else []
    figures = [
        Figure(_tar_name(far), interval.estimate, interval=interval)
        for far, interval in zip(supported, intervals, strict=True)
    ]
    for far in fars[len(supported) :]:
        figures.append(_bound(subjects, impostors, far))
    return figures


def _bound(subjects: SubjectPairs, impostors: int, far: float) -> Figure:
    return Figure(
        _tar_name(far),
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


def far_ceiling(impostors: int) -> float:
    """Return the highest rate to report of so many pairs: 0.1, or less to bound memory."""
    return float(10.0 ** np.floor(np.log10(min(0.1, _MOST_KEPT / impostors)) + 1e-9))


def share_kept(impostors: int, fars: tuple[float, ...]) -> float:
    """Return the share of the hardest impostors to keep: all where that is cheap.

    Twice the highest rate leaves room for the draws of many people; 24 bytes a pair.
    """
    return 1.0 if impostors <= _MOST_KEPT else min(1.0, 2 * max(fars))


def _tar_name(far: float) -> str:
    return f"TAR at FAR {far:g}"


def _unknown_people(subjects: SubjectPairs | None) -> tuple[str, ...]:
    if subjects is not None:
        return ()
    return ("Who is in the pictures is not known, so that no interval over people can be given.",)
