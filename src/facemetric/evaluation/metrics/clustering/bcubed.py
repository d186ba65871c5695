"""BCubed precision, recall and F."""

from __future__ import annotations

from facemetric.evaluation.metrics.clustering.contingency import contingency
from facemetric.evaluation.metrics.clustering.f_score import FScore
from facemetric.types import AnyArray


def bcubed_f(labels: AnyArray, clusters: AnyArray) -> FScore:
    """Return the mean over images of how pure their cluster is and how much of their person it has.

    Every image weighs the same, so that large clusters do not dominate as they do among pairs.
    Amigó, Gonzalo, Artiles, Verdejo, "A comparison of extrinsic clustering evaluation metrics based
    on formal constraints", 2009. See `contingency` for the parameters and errors.
    """
    table = contingency(labels, clusters)
    squares = table.counts.astype(float) ** 2
    return FScore(
        precision=float((squares / table.clusters[table.columns]).sum() / table.images),
        recall=float((squares / table.people[table.rows]).sum() / table.images),
    )
