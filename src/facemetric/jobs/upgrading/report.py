"""What an upgrade costs in accuracy, measured before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import make_pairs
from facemetric.embed.adaptors import ADAPTORS, Adaptor, best_adaptor
from facemetric.errors import CalibrationError
from facemetric.evaluation import Settings, Verification
from facemetric.evaluation.parts import measure_pairs
from facemetric.evaluation.protocols.folder import MOST_FOLDS, possible_folds
from facemetric.evaluation.protocols.pair_list import pair_similarities
from facemetric.jobs.upgrading.shared import HELD_SHARE, SharedFaces, split_people
from facemetric.jobs.upgrading.thresholds import MixedPoints, mixed_points
from facemetric.types import Float32, Float64

AUTO, IDENTITY = "auto", "identity"


@dataclass(frozen=True, eq=False, slots=True)
class UpgradeReport:
    """How well new embeddings are compared with mapped ones, on people held back.

    Attributes
    ----------
    adaptor
        Name of the map; ``"identity"`` where old embeddings are compared as they are.
    fitted, held
        The faces that it was fitted to, and those of other people that it is judged by.
    old_old, new_new, new_old
        The same pairs, both photographs by the old network, both by the new one, and one by each,
        either way round, the old one mapped.
    points
        Thresholds.
    """

    adaptor: str
    fitted: SharedFaces
    held: SharedFaces
    old_old: Verification
    new_new: Verification
    new_old: Verification
    points: MixedPoints

    @property
    def loss(self) -> float:
        """Accuracy of the weaker network alone, less that of new embeddings with mapped ones."""
        alone = min(accuracy(self.old_old), accuracy(self.new_new))
        return alone - accuracy(self.new_old)


def accuracy(part: Verification) -> float:
    """Return a part's accuracy, in [0, 1]."""
    value = part.figure("accuracy").value
    assert value is not None
    return value


def fit_and_measure(
    shared: SharedFaces,
    *,
    adaptor: str = AUTO,
    held_share: float = HELD_SHARE,
    replicates: int = 500,
    seed: int = 0,
) -> tuple[Adaptor | None, UpgradeReport]:
    """Fit a map to some of the people and measure it on the others.

    Parameters
    ----------
    shared
        Faces that both networks have seen.
    adaptor
        A name in `ADAPTORS`, ``"auto"`` for the best of them, or ``"identity"``.
    held_share
        Share of the people who judge.
    replicates
        Draws of people for an interval.
    seed
        Of everything that is drawn.

    Returns
    -------
    adaptor, report
        What was measured is what is returned; it is not fitted again to everybody. ``None`` for
        the identity.

    Raises
    ------
    DataError
        The people are too few.
    CalibrationError
        They give no threshold.
    UnknownNameError
        There is no such adaptor.
    """
    fitted, held = split_people(shared, held_share=held_share, seed=seed)
    name = adaptor
    if adaptor == AUTO:
        name = best_adaptor(fitted.old, fitted.new, fitted.photos.labels, seed=seed)
    learnt = None
    if name != IDENTITY:
        learnt = ADAPTORS[name]().fit(fitted.old, fitted.new, seed=seed)
    mapped = held.old if learnt is None else learnt(held.old)
    settings = Settings(replicates=replicates, seed=seed)
    pairs = _HeldPairs(held, settings)
    labels = held.photos.labels
    points = mixed_points(held.new, mapped, labels, replicates=replicates, seed=seed)
    if not points.both:
        raise CalibrationError(
            f"{len(held.photos):,} photographs of {len(held.photos.names):,} people who were held "
            "back give no threshold for any false-accept rate",
            item=shared.data,
            fix="Name a larger set of photographs",
        )
    report = UpgradeReport(
        adaptor=name,
        fitted=fitted,
        held=held,
        old_old=pairs.measured("old-old", held.old, held.old),
        new_new=pairs.measured("new-new", held.new, held.new),
        new_old=pairs.measured("new-old", held.new, mapped),
        points=points,
    )
    return learnt, report


class _HeldPairs:
    """Pairs of the people who judge, in folds."""

    def __init__(self, held: SharedFaces, settings: Settings) -> None:
        folds = possible_folds(held.photos, MOST_FOLDS)
        made = make_pairs(held.photos, folds=folds, pairs_each=None, seed=settings.seed)
        row_of = {path: row for row, path in enumerate(held.photos.paths)}
        self._rows = np.array([row_of[path] for path in made.paths], np.int64)[made.pairs]
        self._people = held.photos.labels[self._rows]
        self._same, self._fold = made.same, made.fold
        self._measure = partial(measure_pairs, settings=settings)

    def measured(self, name: str, first: Float32, second: Float32) -> Verification:
        """Return the figures, a pair both ways round where its sides differ."""
        rows, turns = self._rows, 1
        scores = [_scores(first, second, rows)]
        if first is not second:
            scores.append(_scores(first, second, rows[:, ::-1]))
            turns = 2
        return self._measure(
            name,
            np.concatenate(scores),
            np.tile(self._same, turns),
            people=np.tile(self._people, (turns, 1)),
            fold=np.tile(self._fold, turns),
        )


def _scores(first: Float32, second: Float32, rows: NDArray[np.int64]) -> Float64:
    both = np.concatenate([first[rows[:, 0]], second[rows[:, 1]]])
    sides = np.arange(2 * len(rows), dtype=np.int64).reshape(2, -1)
    return pair_similarities(both, sides.T)
