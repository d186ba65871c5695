"""Error rates of a part of the pairs: by a trait of the photographs, or by the user's groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.intervals import far_bound, people_draws
from facemetric.evaluation.intervals.interval import percentile_interval
from facemetric.evaluation.metrics.operating import PAIRS_PER_FAR
from facemetric.evaluation.slices.counts import SliceCounts, count_pairs
from facemetric.evaluation.slices.decided import DecidedPairs
from facemetric.types import AnyArray, Float64

MIXED = "two groups"
"""The slice of the pairs whose people are of different groups."""


@dataclass(frozen=True, slots=True)
class SliceRate:
    """An error rate of some of the pairs, or the bound that is all they give.

    Attributes
    ----------
    errors, trials
        Counts.
    low, high
        Interval over people; ``None`` where there are fewer than ten errors or two people, or
        where the people are not known.
    at_most
        One-sided bound in the place of an interval, as if each person (for two people: each two)
        had been seen once; ``None`` where there is an interval, no trial, or no known people.
    """

    errors: int
    trials: int
    low: float | None = None
    high: float | None = None
    at_most: float | None = None

    @property
    def rate(self) -> float | None:
        """Share of errors; ``None`` without trials."""
        return self.errors / self.trials if self.trials else None


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice: a false non-match rate and a false match rate (ISO/IEC 19795-1).

    Attributes
    ----------
    label
        The range of the trait, or the group.
    people
        How many different people its same-person pairs show; 0 where nobody knows them.
    fnmr, fmr
        Same-person pairs rejected, different-person pairs accepted.
    """

    label: str
    people: int
    fnmr: SliceRate
    fmr: SliceRate


@dataclass(frozen=True, slots=True)
class Differential:
    """How far apart two slices are that were picked for being furthest apart.

    Attributes
    ----------
    worst, best
        Labels of the slices with the highest and the lowest rate.
    ratio
        Rate of the one over that of the other.
    low, high
        Its interval over people, for these two slices as if they had been named beforehand.
    """

    worst: str
    best: str
    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Slices:
    """All slices by one trait, at one threshold.

    Attributes
    ----------
    slices
        In rising order of the trait, or of the groups' names.
    left_out
        Pairs in no slice, since the trait or the group of a photograph is not known.
    fnmr_differential
        ``None`` where fewer than two slices have ten rejected pairs.
    """

    slices: tuple[Slice, ...]
    left_out: int
    fnmr_differential: Differential | None


def trait_slices(
    pairs: DecidedPairs,
    trait: AnyArray,
    *,
    worst: Literal["lowest", "highest"] = "lowest",
    bins: int = 4,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Slices:
    """Sort the pairs by the worse of their two photographs.

    Parameters
    ----------
    pairs
        From `decide_list` or `decide_all`.
    trait
        ``float (N,)``: one value a photograph of the task, not a number where it is not known.
    worst
        ``"lowest"`` where a low value makes a photograph hard, else ``"highest"``.
    bins
        Ranges with equally many photographs; fewer where many have one value.
    replicates, confidence, seed
        Of the intervals: people are drawn, as in `tar_intervals`; the threshold stays.

    Raises
    ------
    InputError
        An option is out of range, or no pair has the trait.
    """
    if worst not in {"lowest", "highest"} or bins < 2:
        raise InputError(
            f"expected worst 'lowest' or 'highest' and 2 or more bins, got {worst!r}, {bins}",
            item="worst, bins",
        )
    values = np.asarray(trait, np.float64)
    shown = values[pairs.photos]
    if not np.isfinite(shown).any():
        raise InputError("no photograph of a pair has it", item="trait")
    edges = np.unique(
        np.quantile(shown[np.isfinite(shown)], np.linspace(0, 1, bins + 1)[1:-1], method="higher")
    )
    labels = _range_labels(edges)
    number = np.searchsorted(edges, values, side="right")
    if worst == "highest":
        number, labels = len(edges) - number, labels[::-1]
    number = np.where(np.isfinite(values), number, -1)
    counts = count_pairs(pairs, number, len(labels), mixed=False)
    made = _slices(counts, labels, replicates, confidence, seed)
    if worst == "highest":
        return Slices(made.slices[::-1], made.left_out, made.fnmr_differential)
    return made


def group_slices(
    pairs: DecidedPairs,
    groups: Sequence[str | None],
    *,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Slices:
    """Sort the pairs by the group of both people; those of two groups are a slice of their own.

    Different-person pairs within a group are the ones that demographic differentials are about:
    Grother, Ngan, Hanaoka, "FRVT part 3: demographic effects", NISTIR 8280, 2019.

    Parameters
    ----------
    pairs, replicates, confidence, seed
        See `trait_slices`.
    groups
        One a photograph of the task; ``None`` where it is not known.

    Raises
    ------
    InputError
        No photograph of a pair has a group.
    """
    names = sorted({group for group in groups if group is not None})
    place = {name: number for number, name in enumerate(names)}
    number = np.array([-1 if group is None else place[group] for group in groups], np.int64)
    if not (number[pairs.photos] >= 0).any():
        raise InputError("no photograph of a pair has one", item="groups")
    counts = count_pairs(pairs, number, len(names), mixed=True)
    return _slices(counts, [*names, MIXED], replicates, confidence, seed)


def _slices(
    counts: SliceCounts, labels: Sequence[str], replicates: int, confidence: float, seed: int
) -> Slices:
    everyone = np.ones((1, counts.people))
    fnmr, fmr = counts.fnmr(everyone), counts.fmr(everyone)
    tables: tuple[Float64, Float64] | None = None
    if counts.known_people and counts.people >= 2:
        draws = people_draws(counts.people, replicates=replicates, seed=seed)
        tables = counts.fnmr(draws).rates, counts.fmr(draws).rates
    found = []
    for place, label in enumerate(labels):
        rates = []
        for number, (point, each) in enumerate(
            ((fnmr, counts.genuine_people(place)), (fmr, counts.impostor_people(place) // 2))
        ):
            rates.append(
                _rate(
                    round(float(point.errors[0, place])),
                    round(float(point.trials[0, place])),
                    None if tables is None else tables[number][:, place],
                    each,
                    confidence,
                )
            )
        if rates[0].trials or rates[1].trials:
            people = counts.genuine_people(place) if counts.known_people else 0
            found.append(Slice(label, people, *rates))
    differential = None
    if tables is not None:
        differential = _differential(labels, fnmr.errors[0], fnmr.rates[0], tables[0], confidence)
    return Slices(tuple(found), counts.left_out, differential)


def _rate(
    errors: int, trials: int, table: Float64 | None, independent: int, confidence: float
) -> SliceRate:
    if table is None or not trials:
        return SliceRate(errors, trials)
    if errors >= PAIRS_PER_FAR and np.isfinite(table).mean() > 0.5:
        interval = percentile_interval(errors / trials, table, confidence)
        return SliceRate(errors, trials, low=interval.low, high=interval.high)
    bound = far_bound(
        errors, trials, independent=min(trials, max(1, independent)), confidence=confidence
    )
    return SliceRate(errors, trials, at_most=bound.far_at_most)


def _differential(
    labels: Sequence[str], errors: Float64, rates: Float64, table: Float64, confidence: float
) -> Differential | None:
    named: NDArray[np.int64] = np.flatnonzero(errors >= PAIRS_PER_FAR)
    if len(named) < 2:
        return None
    worst, best = (int(named[pick(rates[named])]) for pick in (np.argmax, np.argmin))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(table[:, best] > 0, table[:, worst] / table[:, best], np.nan)
    ratio = float(rates[worst] / rates[best])
    interval = percentile_interval(ratio, ratios, confidence)
    return Differential(labels[worst], labels[best], ratio, interval.low, interval.high)


def _range_labels(edges: Float64) -> list[str]:
    texts = [f"{edge:.3g}" if abs(edge) < 1000 else f"{edge:.0f}" for edge in edges.tolist()]
    middle = [f"{low} to {high}" for low, high in pairwise(texts)]
    return [f"below {texts[0]}", *middle, f"{texts[-1]} and more"]
