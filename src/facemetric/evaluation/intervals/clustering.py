"""Intervals of clustering figures, over the people in the images."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, TypeAlias

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.intervals.clustering_draw import ClusteringInDraw
from facemetric.evaluation.intervals.comparison import Comparison, compare_in_draws
from facemetric.evaluation.intervals.draws import people_draws
from facemetric.evaluation.intervals.interval import Interval
from facemetric.evaluation.intervals.share import share_interval
from facemetric.types import AnyArray

ClusteringFigure: TypeAlias = Literal[
    "pairwise_precision",
    "pairwise_recall",
    "pairwise_f",
    "bcubed_precision",
    "bcubed_recall",
    "bcubed_f",
    "normalized_mutual_information",
    "adjusted_rand_index",
]


@dataclass(frozen=True, slots=True)
class ClusteringIntervals:
    """The interval of every figure; see the functions of these names.

    Attributes
    ----------
    pairwise_precision, pairwise_recall, pairwise_f
        See `pairwise_f`.
    bcubed_precision, bcubed_recall, bcubed_f
        See `bcubed_f`.
    normalized_mutual_information, adjusted_rand_index
        See the functions.
    """

    pairwise_precision: Interval
    pairwise_recall: Interval
    pairwise_f: Interval
    bcubed_precision: Interval
    bcubed_recall: Interval
    bcubed_f: Interval
    normalized_mutual_information: Interval
    adjusted_rand_index: Interval


def clustering_intervals(
    labels: AnyArray,
    clusters: AnyArray,
    *,
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> ClusteringIntervals:
    """Return the intervals of a clustering's figures over the people.

    The clusters stay as they are: how much they would change with other people is not in the
    interval. Where every draw is as perfect, each person counts as one trial (`share_interval`). A
    person drawn twice stands for two, who are never compared with each other.

    Parameters
    ----------
    labels
        ``int (N,)``: the person in each image.
    clusters
        ``int (N,)``; -1 means alone.
    replicates, confidence, seed
        See `tar_intervals`.

    Raises
    ------
    InputError
        See `contingency`; or there are fewer than two people.
    """
    find = ClusteringInDraw(labels, clusters)
    draws = people_draws(find.people, replicates=replicates, seed=seed)
    table = np.stack([find(draw) for draw in draws])
    estimates = find(np.ones(find.people))
    return ClusteringIntervals(
        *(
            share_interval(float(estimate), column, confidence, people=find.people)
            for estimate, column in zip(estimates, table.T, strict=True)
        )
    )


def compare_clusterings(
    labels: AnyArray,
    first: AnyArray,
    second: AnyArray,
    *,
    figure: ClusteringFigure = "bcubed_f",
    replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Comparison:
    """Compare two clusterings of the same images, over the people.

    Parameters
    ----------
    labels
        ``int (N,)``: the person in each image.
    first, second
        ``int (N,)``; -1 means alone.
    figure
        Which figure of `ClusteringIntervals`.
    replicates, confidence, seed
        See `tar_intervals`.

    Raises
    ------
    InputError
        See `clustering_intervals`; or the figure is unknown.
    """
    names = [field.name for field in fields(ClusteringIntervals)]
    if figure not in names:
        raise InputError(f"expected one of {', '.join(names)}, got {figure!r}", item="figure")
    place = names.index(figure)
    one, other = ClusteringInDraw(labels, first), ClusteringInDraw(labels, second)
    return compare_in_draws(
        lambda draw: float(one(draw)[place]),
        lambda draw: float(other(draw)[place]),
        people=one.people,
        replicates=replicates,
        confidence=confidence,
        seed=seed,
    )
