"""Probes, each with a mate hidden among distractors, without the matrix of all similarities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.impostors import check_labels
from facemetric.evaluation.metrics.histogram import ScoreHistogram
from facemetric.types import AnyArray, Float32, check_embeddings


@dataclass(frozen=True, eq=False, slots=True)
class DistractorSearches:
    """What every probe met.

    A trial is a probe with one of its mates: every ordered pair of photographs of one person.

    Attributes
    ----------
    probe, mate
        ``int64 (T,)``: rows of the probes.
    mate_scores
        ``float32 (T,)``.
    highest
        ``float32 (S, Q)``: the most similar distractor of each subset, for each probe.
    ranks
        ``int64 (T,)``: 1 + the distractors of the last subset that score as high as the mate or
        higher (a tie counts against the mate).
    impostor
        Histogram of every probe with every distractor of the last subset.
    hardest_scores
        ``float32 (K,)``: the highest of these, falling.
    hardest
        ``int32 (K, 2)``: their rows of the probes and of the distractors.
    """

    probe: NDArray[np.int64]
    mate: NDArray[np.int64]
    mate_scores: Float32
    highest: Float32
    ranks: NDArray[np.int64]
    impostor: ScoreHistogram
    hardest_scores: Float32
    hardest: NDArray[np.int32]

    def found(self, subset: int) -> NDArray[np.bool_]:
        """Return ``bool (T,)``: whether the mate is first among the distractors of a subset."""
        first: NDArray[np.bool_] = self.mate_scores > self.highest[subset][self.probe]
        return first


def search_distractors(
    probes: Float32,
    labels: AnyArray,
    distractors: Float32,
    subsets: Sequence[NDArray[np.int64]],
    *,
    keep: int,
    rows: int = 512,
    columns: int = 16384,
) -> DistractorSearches:
    """Compare all probes with all distractors, a block at a time.

    Parameters
    ----------
    probes, distractors
        ``float32 (Q, D)`` and ``(N, D)``, unit norm.
    labels
        ``int (Q,)``: the person in each probe; each has two or more.
    subsets
        Rows of the distractors, rising: those of each size. The last is compared in full, and
        holds the first rows: ``0`` to its length.
    keep
        How many of the most similar impostors to keep.
    rows, columns
        Of a block; memory is about ``20 * rows * columns`` bytes.

    Raises
    ------
    InputError
        The shapes disagree, a subset is empty, or somebody has one photograph.
    """
    check_embeddings(probes, name="probes")
    check_embeddings(distractors, name="distractors")
    people = check_labels(labels, len(probes))
    if not subsets or not all(len(subset) for subset in subsets):
        raise InputError("expected at least one distractor in each", item="subsets")
    whole = len(subsets[-1])
    if not np.array_equal(subsets[-1], np.arange(whole)):
        raise InputError("expected the first rows in the last one", item="subsets")
    trials = _Trials(probes, people)
    hardest = _Hardest(keep)
    impostor = ScoreHistogram()
    highest = np.full((len(subsets), len(probes)), -np.inf, np.float32)
    above = np.zeros(len(trials.probe), np.int64)
    cuts = [*range(0, whole, columns), *range(whole, len(distractors), columns), len(distractors)]
    for top in range(0, len(probes), rows):
        part = probes[top : top + rows]
        for left, right in pairwise(cuts):
            block = part @ distractors[left:right].T
            for number, subset in enumerate(subsets):
                inside = _inside(subset, left, right)
                if inside is not None:
                    best = highest[number, top : top + rows]
                    np.maximum(best, block[:, inside].max(axis=1), out=best)
            if left < whole:
                impostor.add(block)
                hardest.add(block, top, left)
                block.sort(axis=1)
                trials.count(block, top, above)
    scores, ends = hardest.falling()
    return DistractorSearches(
        trials.probe, trials.mate, trials.scores, highest, above + 1, impostor, scores, ends
    )


class _Trials:
    """Every ordered pair of probes of one person, probe after probe."""

    def __init__(self, probes: Float32, people: NDArray[np.int64]) -> None:
        order = np.argsort(people, kind="stable")
        groups = np.split(order, np.flatnonzero(np.diff(people[order])) + 1)
        mates: list[NDArray[np.int64]] = [np.empty(0, np.int64)] * len(probes)
        scores: list[Float32] = [np.empty(0, np.float32)] * len(probes)
        for group in groups:
            if len(group) < 2:
                raise InputError(
                    f"person {people[group[0]]} has one photograph, and a probe needs a mate",
                    item="labels",
                )
            block = probes[group] @ probes[group].T
            for place, row in enumerate(group.tolist()):
                others = np.delete(np.arange(len(group)), place)
                mates[row], scores[row] = group[others], block[place, others]
        self.probe: NDArray[np.int64] = np.repeat(np.arange(len(probes)), [len(m) for m in mates])
        self.mate: NDArray[np.int64] = np.concatenate(mates)
        self.scores: Float32 = np.concatenate(scores)
        self._starts = np.append(0, np.cumsum([len(m) for m in mates]))

    def count(self, rising: Float32, top: int, above: NDArray[np.int64]) -> None:
        """Add to ``above`` how many of each row's scores reach each mate's."""
        for place, row in enumerate(rising):
            trials = slice(self._starts[top + place], self._starts[top + place + 1])
            above[trials] += len(row) - np.searchsorted(row, self.scores[trials])


class _Hardest:
    """The highest scores of many blocks."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._values = np.empty(0, np.float32)
        self._ends = np.empty((0, 2), np.int32)
        self._bound = np.float32(-np.inf)

    def add(self, block: Float32, top: int, left: int) -> None:
        if len(self._values) < self._wanted < block.size:
            # What is not among the first of one block is not among those of all.
            highest = np.partition(block, -self._wanted, axis=None)[-self._wanted]
            self._bound = max(self._bound, highest)
        places = np.flatnonzero(block >= self._bound)
        ends = np.stack(np.divmod(places, block.shape[1]), 1) + np.array([top, left])
        self._values = np.concatenate([self._values, block.ravel()[places]])
        self._ends = np.concatenate([self._ends, ends.astype(np.int32)])
        if len(self._values) > 1.5 * self._wanted:
            self._bound = np.partition(self._values, -self._wanted)[-self._wanted]
            kept = self._values >= self._bound
            self._values, self._ends = self._values[kept], self._ends[kept]

    def falling(self) -> tuple[Float32, NDArray[np.int32]]:
        order = np.argsort(-self._values, kind="stable")[: self._wanted]
        return self._values[order], self._ends[order]


def _inside(subset: NDArray[np.int64], left: int, right: int) -> slice | NDArray[np.int64] | None:
    """Return the columns of a block that a subset has: a slice where they are in a row."""
    first, last = np.searchsorted(subset, [left, right])
    if first == last:
        return None
    chosen = subset[first:last] - left
    if chosen[-1] - chosen[0] + 1 == len(chosen):
        return slice(int(chosen[0]), int(chosen[-1]) + 1)
    return chosen
