"""What the protocols over lists of pairs in folds share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.figure import Figure
from facemetric.evaluation.intervals import mean_interval
from facemetric.evaluation.intervals.interval import two_sided_deviate
from facemetric.evaluation.metrics import (
    facenet_grid_accuracy,
    facenet_grid_val,
    kfold_decisions,
    pairs_needed,
    supports,
)
from facemetric.evaluation.parts import Part, Verification, measure_pairs
from facemetric.evaluation.settings import Settings
from facemetric.evaluation.task import Faces, Task, fold_of_photos, person_numbers
from facemetric.types import Float32, Float64

_STAND_IN: dict[Faces, str] = {
    "usual": "the square where the faces of the other photographs are, in the median,",
    "central": "the square in its middle, half its shorter side wide,",
}

_GRID_FAR = 1e-3


@dataclass(frozen=True, eq=False)
class PairList:
    """One list of pairs.

    Attributes
    ----------
    name
        Of its part: ``"FP"``.
    pairs
        ``int64 (P, 2)``: rows of the task's photographs.
    same
        ``bool (P,)``.
    fold
        ``int64 (P,)``, from 0.
    """

    name: str
    pairs: NDArray[np.int64]
    same: NDArray[np.bool_]
    fold: NDArray[np.int64]


@dataclass(frozen=True, eq=False, kw_only=True)
class PairTask(Task):
    """Pairs of photographs in folds.

    Attributes
    ----------
    pairs
        ``int64 (P, 2)``: rows of ``photos``.
    same
        ``bool (P,)``.
    fold_of_pair
        ``int64 (P,)``, from 0.
    """

    pairs: NDArray[np.int64]
    same: NDArray[np.bool_]
    fold_of_pair: NDArray[np.int64]

    def measure(
        self, vectors: Float32, found: NDArray[np.bool_], settings: Settings
    ) -> tuple[Part, ...]:
        """Return the figures of the pairs."""
        listed = PairList("pairs", self.pairs, self.same, self.fold_of_pair)
        scores = pair_similarities(vectors, self.pairs)
        people = person_numbers(self.people)[self.pairs] if self.people else None
        found_both = both(found, self.pairs)
        notes = stand_in_notes(found_both, self.faces)
        return (
            measure_list(listed, scores, settings, people=people, found=found_both, notes=notes),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class PairListsTask(Task):
    """Several lists of pairs over the same photographs; a part for each.

    Attributes
    ----------
    lists
        At least one.
    notes
        Rules that a reader of any of them must know.
    """

    lists: tuple[PairList, ...]
    notes: tuple[str, ...] = ()

    def measure(
        self, vectors: Float32, found: NDArray[np.bool_], settings: Settings
    ) -> tuple[Part, ...]:
        """Return the figures of each list."""
        people = person_numbers(self.people) if self.people else None
        return tuple(
            measure_list(
                listed,
                pair_similarities(vectors, listed.pairs),
                settings,
                people=None if people is None else people[listed.pairs],
                found=both(found, listed.pairs),
                notes=(*self.notes, *stand_in_notes(both(found, listed.pairs), self.faces)),
            )
            for listed in self.lists
        )


def measure_list(
    listed: PairList,
    scores: Float64,
    settings: Settings,
    *,
    people: NDArray[np.int64] | None,
    found: NDArray[np.bool_],
    notes: tuple[str, ...] = (),
) -> Verification:
    """Return the figures of a list of pairs, and how much they owe to faces that were not found.

    Parameters
    ----------
    listed
        The pairs.
    scores
        ``float64 (P,)``, cosines.
    settings
        Rates and draws.
    people
        ``int64 (P, 2)``: the two people of each pair; ``None`` where unknown.
    found
        ``bool (P,)``: whether both faces were found. The others count with their stand-ins; the
        accuracy without them, at the same thresholds, is a figure of its own.
    notes
        Rules that a reader must know.
    """
    part = measure_pairs(
        listed.name,
        scores,
        listed.same,
        settings,
        people=people,
        fold=listed.fold,
        pairs=listed.pairs,
        notes=notes,
    )
    figures = list(part.figures)
    counts = dict(part.counts)
    if not found.all():
        counts["pairs with a face not found"] = int((~found).sum())
    if found.any() and not found.all():
        figures.insert(1, _accuracy_where_found(listed, scores, settings, people, found))
    return replace(part, figures=(*figures, *_grid_figures(listed, scores)), counts=counts)


def fold_of_listed_photos(photos: int, lists: Sequence[PairList]) -> NDArray[np.int64]:
    """Return ``int64 (photos,)``: as `fold_of_photos`, over all pairs of ``lists``."""
    return fold_of_photos(
        photos,
        np.concatenate([listed.pairs for listed in lists]),
        np.concatenate([listed.fold for listed in lists]),
    )


def stand_in_notes(found: NDArray[np.bool_], faces: Faces) -> tuple[str, ...]:
    """Return the rule for photographs without a face, where there are any."""
    if found.all():
        return ()
    return (f"A photograph in which no face is found counts: {_STAND_IN[faces]} stands for it.",)


def both(found: NDArray[np.bool_], pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return ``bool (P,)``: whether both of a pair's rows are true."""
    return np.logical_and(found[pairs[:, 0]], found[pairs[:, 1]])


def pair_similarities(vectors: Float32, pairs: NDArray[np.int64]) -> Float64:
    """Return ``float64 (P,)``: the cosine of each pair of rows."""
    first, second = vectors[pairs[:, 0]], vectors[pairs[:, 1]]
    scores: Float64 = np.einsum("pd,pd->p", first, second, dtype=np.float64)
    return scores


def _accuracy_where_found(
    listed: PairList,
    scores: Float64,
    settings: Settings,
    people: NDArray[np.int64] | None,
    found: NDArray[np.bool_],
) -> Figure:
    right = kfold_decisions(scores, listed.same, listed.fold)[found]
    interval = None
    note = f"over {int(found.sum()):,} pairs, at the thresholds of all"
    if people is not None:
        try:
            interval = mean_interval(right, people[found], **settings.draws)
        except InputError as error:  # these pairs may be a few of very few people
            note += f"; no interval: {error.cause}"
    return Figure("accuracy, both faces found", float(right.mean()), interval=interval, note=note)


def _grid_figures(listed: PairList, scores: Float64) -> list[Figure]:
    """Return what facenet's and InsightFace's code would print, to be compared with it."""
    distances = np.maximum(2 - 2 * scores, 0)
    same, fold = listed.same, listed.fold
    accuracy = facenet_grid_accuracy(distances, same, fold)
    figures = [
        Figure(
            "accuracy (facenet grid 0.01)",
            accuracy.mean,
            deviation=accuracy.deviation,
            standard_error=accuracy.standard_error,
            note="thresholds on squared distances 0, 0.01 … as in facenet's and InsightFace's code",
        )
    ]
    if any(len(np.unique(same[fold == number])) < 2 for number in np.unique(fold)):
        return figures  # that code divides by zero here
    name = f"VAL at FAR {_GRID_FAR:g} (facenet grid)"
    val = facenet_grid_val(distances, same, fold, far=_GRID_FAR)
    impostors = int((~same).sum())
    if supports(impostors, _GRID_FAR):
        error = float(val.values.std(ddof=1) / np.sqrt(len(val.values)))
        note = f"FAR {val.mean_far:.2g} in the held-out folds"
        return [*figures, Figure(name, val.mean, standard_error=error, note=note)]
    strictest = 10 / impostors
    most = 1.0
    if strictest < 1:
        loose = facenet_grid_val(distances, same, fold, far=strictest)
        error = float(loose.values.std(ddof=1) / np.sqrt(len(loose.values)))
        most = min(1.0, loose.mean + two_sided_deviate(0.95) * error)
    note = (
        f"that code prints {100 * val.mean:.2f} %, but it needs {pairs_needed(_GRID_FAR):,} "
        f"impostor pairs, there are {impostors:,}"
    )
    return [*figures, Figure(name, None, at_most=most, note=note)]
