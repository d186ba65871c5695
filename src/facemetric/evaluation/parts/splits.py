"""Figures over identity-disjoint splits: all pairs within each, mean and standard error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.figure import Figure
from facemetric.evaluation.impostors import check_labels
from facemetric.evaluation.intervals import Interval, SubjectPairs, pairs_of_embeddings
from facemetric.evaluation.intervals.draws import people_draws
from facemetric.evaluation.intervals.rates import TarInDraw
from facemetric.evaluation.intervals.share import nested_intervals, share_interval
from facemetric.evaluation.metrics import (
    ScoreHistogram,
    all_pairs,
    pairs_needed,
    streaming_roc,
    supports,
)
from facemetric.evaluation.metrics.operating import PAIRS_PER_FAR
from facemetric.evaluation.parts.all_pairs import far_ceiling, share_kept
from facemetric.evaluation.parts.hard_pairs import HARDEST, HardPair, least_alike, most_alike
from facemetric.evaluation.parts.roc_band import roc_with_band
from facemetric.evaluation.parts.streamed_curve import equal_error_figure
from facemetric.evaluation.parts.verification import Verification
from facemetric.evaluation.settings import Settings
from facemetric.types import AnyArray, Float32, Float64

_HEADLINE_FAR = 1e-3


@dataclass(frozen=True, eq=False, slots=True)
class _Split:
    people: NDArray[np.int64]  # its people's numbers among all
    pairs: SubjectPairs
    impostors: int
    hard: tuple[tuple[HardPair, ...], tuple[HardPair, ...]]


def measure_splits(
    name: str,
    vectors: Float32,
    labels: AnyArray,
    split: AnyArray,
    settings: Settings,
    *,
    notes: tuple[str, ...] = (),
) -> Verification:
    """Measure all pairs within each split: FaceNet's hold-out figure.

    VAL is the mean over the splits, each at its own threshold, with the standard error of that
    mean (Schroff, Kalenichenko, Philbin, "FaceNet", 2015, section 4.1); its interval is over
    people. The curve, the equal error rate and what compares models take the pairs of all splits
    together.

    Parameters
    ----------
    name, settings, notes
        As `measure_pairs`.
    vectors
        ``float32 (N, D)``, unit norm.
    labels
        ``int (N,)``: the person in each.
    split
        ``int (N,)``, from 0: two or more; nobody is in two; each has three people or more, one of
        them with two photographs.

    Raises
    ------
    InputError
        The shapes disagree, or a split holds no pair of a kind.
    """
    people = np.unique(check_labels(labels, len(vectors)), return_inverse=True)[1]
    number = check_labels(split, len(vectors))
    rows_of = [np.flatnonzero(number == one) for one in range(int(number.max()) + 1)]
    genuine, impostor, totals = _counted(vectors, people, rows_of)
    fars = settings.fars_for(min(totals), highest=far_ceiling(sum(totals)))
    share = share_kept(sum(totals), fars)
    splits = [
        _Split(
            np.unique(people[rows]),
            pairs_of_embeddings(vectors[rows], people[rows], share=share),
            total,
            (
                most_alike(vectors[rows], people[rows], total, rows),
                least_alike(vectors[rows], people[rows], rows),
            ),
        )
        for rows, total in zip(rows_of, totals, strict=True)
    ]
    pooled = _pooled(splits, int(people.max()) + 1)
    streamed = streaming_roc(genuine, impostor)
    supported = [far for far in fars if supports(min(totals), far)]
    beyond = fars[len(supported) :]
    return Verification(
        name=name,
        figures=(
            *headline_first(
                [
                    *_vals(splits, supported, pooled.people, settings),
                    *(_bound(splits, far, pooled.people, settings) for far in beyond),
                ]
            ),
            equal_error_figure(streamed),
        ),
        counts={
            "splits": len(splits),
            "photographs": len(people),
            "people": pooled.people,
            "genuine pairs": genuine.total,
            "impostor pairs": impostor.total,
        },
        curves=(
            roc_with_band(streamed.curve, impostor.total, pooled, settings, top=max(fars)),
        ),
        notes=notes,
        genuine=genuine,
        impostor=impostor,
        subjects=pooled,
        false_accepts=_hardest([one.hard[0] for one in splits], highest=True),
        false_rejects=_hardest([one.hard[1] for one in splits], highest=False),
    )  # fmt: skip


def _counted(
    vectors: Float32, people: NDArray[np.int64], rows_of: Sequence[NDArray[np.int64]]
) -> tuple[ScoreHistogram, ScoreHistogram, list[int]]:
    genuine, impostor, totals = ScoreHistogram(), ScoreHistogram(), [0]
    for rows in rows_of:
        for one_person, different in all_pairs(vectors[rows], people[rows]):
            genuine.add(one_person)
            impostor.add(different)
        totals.append(impostor.total)
    return genuine, impostor, np.diff(totals).tolist()


def _vals(
    splits: Sequence[_Split], fars: Sequence[float], people: int, settings: Settings
) -> list[Figure]:
    if not fars:
        return []
    finders = [TarInDraw(one.pairs, fars) for one in splits]
    each = np.stack(
        [
            find(np.ones(find_in.pairs.people))[0]
            for find, find_in in zip(finders, splits, strict=True)
        ]
    )
    several = sum(len(np.unique(one.pairs.genuine_person)) for one in splits)
    draws = people_draws(people, replicates=settings.replicates, seed=settings.seed)
    means = np.stack(
        [
            np.mean(
                [find(draw[one.people])[0] for find, one in zip(finders, splits, strict=True)],
                axis=0,
            )
            for draw in draws
        ]
    )
    intervals = nested_intervals(
        fars,
        [
            share_interval(float(estimate), column, settings.confidence, people=several)
            for estimate, column in zip(each.mean(axis=0), means.T, strict=True)
        ],
    )
    return [
        _val(far, column, interval)
        for far, column, interval in zip(fars, each.T, intervals, strict=True)
    ]


def _val(far: float, each: Float64, interval: Interval) -> Figure:
    deviation = float(each.std(ddof=1))
    return Figure(
        _name(far),
        interval.estimate,
        interval=interval,
        deviation=deviation,
        standard_error=deviation / float(np.sqrt(len(each))),
        note="splits: " + ", ".join(f"{100 * value:.2f} %" for value in each),
    )


def _bound(splits: Sequence[_Split], far: float, people: int, settings: Settings) -> Figure:
    fewest = min(one.impostors for one in splits)
    strictest, most = PAIRS_PER_FAR / fewest, 1.0
    if strictest < 1:
        try:
            interval = _vals(splits, [strictest], people, settings)[0].interval
        except InputError:  # too few impostors are kept: nothing lower is known
            interval = None
        most = 1.0 if interval is None else interval.high
    return Figure(
        _name(far),
        None,
        at_most=most,
        note=f"needs {pairs_needed(far):,} impostor pairs in each split, the poorest has "
        f"{fewest:,}",
    )


def _pooled(splits: Sequence[_Split], people: int) -> SubjectPairs:
    # What one split has left out may be harder than what another has kept.
    cut = max(
        (float(one.pairs.impostors[-1]) for one in splits if not one.pairs.complete),
        default=-np.inf,
    )
    genuine = np.concatenate([one.pairs.genuine for one in splits])
    genuine_person = np.concatenate([one.people[one.pairs.genuine_person] for one in splits])
    impostors = np.concatenate([one.pairs.impostors for one in splits])
    ends = np.concatenate([one.people[one.pairs.impostor_people] for one in splits])
    images = np.zeros((len(splits), people))
    for row, one in enumerate(splits):
        assert one.pairs.images is not None
        images[row, one.people] = one.pairs.images
    first = np.argsort(-genuine, kind="stable")
    second = np.argsort(-impostors, kind="stable")
    second = second[impostors[second] >= cut]
    return SubjectPairs(
        people=people,
        genuine=genuine[first],
        genuine_person=genuine_person[first],
        impostors=impostors[second],
        impostor_people=np.asfortranarray(ends[second]),
        images=images,
    )


def headline_first(figures: Sequence[Figure]) -> list[Figure]:
    """Return the figures with the paper's headline, VAL at FAR 0.001, first where it is there."""
    return sorted(figures, key=lambda figure: figure.name != _name(_HEADLINE_FAR))


def _hardest(parts: Sequence[tuple[HardPair, ...]], *, highest: bool) -> tuple[HardPair, ...]:
    pairs = [pair for part in parts for pair in part]
    return tuple(sorted(pairs, key=lambda pair: pair.similarity, reverse=highest)[:HARDEST])


def _name(far: float) -> str:
    return f"VAL at FAR {far:g}"
