"""What a calibration's thresholds do to people whom it was not fitted to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facemetric.bundle import Calibration, OperatingPoint
from facemetric.evaluation.calibration.cllr import cllr
from facemetric.evaluation.calibration.likelihood import look_up
from facemetric.evaluation.calibration.operating_points import FARS, measure_points
from facemetric.evaluation.calibration.score_counts import bin_centres, count_scores
from facemetric.evaluation.impostors import check_labels
from facemetric.evaluation.intervals import Interval, far_intervals, pairs_of_embeddings
from facemetric.evaluation.metrics.operating import supports
from facemetric.types import AnyArray, Float32


@dataclass(frozen=True, slots=True)
class CheckedPoint:
    """A threshold of a table and its rates on other people.

    Attributes
    ----------
    far, similarity
        As the table has them.
    realised
        FAR on the other people, with its interval over them.
    tar
        Share of their genuine pairs that pass; ``None`` where there are none.
    impostor_pairs, genuine_pairs
        How many of each there are.
    """

    far: float
    similarity: float
    realised: Interval
    tar: float | None
    impostor_pairs: int
    genuine_pairs: int

    @property
    def ratio(self) -> float:
        """Realised by nominal FAR: 1 where the table is right for these people."""
        return self.realised.estimate / self.far

    @property
    def supported(self) -> bool:
        """Whether there are 10/FAR impostor pairs to see the rate in."""
        return supports(self.impostor_pairs, self.far)


def check_points(
    points: Sequence[OperatingPoint],
    embeddings: Float32,
    labels: AnyArray,
    *,
    replicates: int = 500,
    seed: int = 0,
) -> list[CheckedPoint]:
    """Apply thresholds to all pairs of a collection, whose people they were not fitted to.

    Parameters
    ----------
    points
        Of a calibration.
    embeddings
        ``float32 (N, D)``, unit norm.
    labels
        ``int (N,)``: the person in each, at least two people.
    replicates, seed
        Of the bootstrap over people.

    Raises
    ------
    InputError
        The shapes disagree, or all show one person.
    """
    if not points:
        return []
    lowest = min(point.similarity for point in points)
    share = min(2 * max(point.far for point in points), 1.0)
    while True:
        pairs = pairs_of_embeddings(embeddings, labels, share=share, genuine_needed=False)
        if share >= 1 or pairs.impostors[-1] < lowest:
            break
        share = min(2 * share, 1.0)
    total = round(pairs.impostor_total(np.ones(pairs.people)))
    intervals = far_intervals(
        pairs, [point.similarity for point in points], replicates=replicates, seed=seed
    )
    return [
        CheckedPoint(
            far=point.far,
            similarity=point.similarity,
            realised=interval,
            tar=float(np.mean(pairs.genuine >= point.similarity)) if len(pairs.genuine) else None,
            impostor_pairs=total,
            genuine_pairs=len(pairs.genuine),
        )
        for point, interval in zip(points, intervals, strict=True)
    ]


def check_held_out(
    embeddings: Float32,
    labels: AnyArray,
    *,
    data: str,
    fars: Sequence[float] = FARS,
    replicates: int = 500,
    seed: int = 0,
) -> list[CheckedPoint]:
    """Fit thresholds to half of the people and apply them to the other half.

    Parameters and errors as `measure_points`; there must be four people.
    """
    people = check_labels(labels, len(embeddings))
    names = np.random.default_rng(seed).permutation(np.unique(people))
    fitted = np.isin(people, names[: len(names) // 2])
    points = measure_points(
        embeddings[fitted], people[fitted], data=data, fars=fars, replicates=1, seed=seed
    )
    return check_points(
        points, embeddings[~fitted], people[~fitted], replicates=replicates, seed=seed
    )


def check_cllr(table: Calibration, embeddings: Float32, labels: AnyArray) -> float | None:
    """Return the `cllr` of a calibration's likelihood ratios on all pairs of a collection.

    ``None`` where the calibration has none or the collection no pairs of a kind; parameters as
    `check_points`.
    """
    if table.likelihood_ratios is None:
        return None
    counts = count_scores(embeddings, labels, folds=1)
    genuine, impostor = counts.of(np.ones(1, bool))
    if not genuine.sum() or not impostor.sum():
        return None
    ratio = look_up(np.array(table.likelihood_ratios.table), bin_centres())
    return cllr(ratio, ratio, genuine_counts=genuine, impostor_counts=impostor)
